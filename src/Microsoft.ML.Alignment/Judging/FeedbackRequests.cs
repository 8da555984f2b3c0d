using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>How the requests of a session went. It depends on the clock and the network, so that it is not saved with a stage.</summary>
public sealed record FeedbackRequests
{
    /// <summary>Gets the answers that were not known: those of clients and people, and what models in memory computed.</summary>
    public long Asked { get; init; }

    /// <summary>Gets the answers that the journal held of an earlier process.</summary>
    public long FromJournal { get; init; }

    /// <summary>Gets how often a client was asked again since it had failed.</summary>
    public long Retries { get; init; }

    /// <summary>Gets how often a client gave no answer in time: in that of the limits, of the client itself, or of its provider.</summary>
    public long TimedOut { get; init; }

    /// <summary>Gets the requests that failed for good, after all retries.</summary>
    public long Failed { get; init; }

    /// <summary>Gets the mean time in which a client answered; null where none did.</summary>
    public TimeSpan? MeanTime { get; init; }

    /// <summary>Gets the longest that a client took for an answer or a failure; null where none was asked.</summary>
    public TimeSpan? LongestTime { get; init; }

    /// <summary>Gets the figures by name, those that there are.</summary>
    internal IReadOnlyDictionary<string, string> Figures
    {
        get
        {
            var figures = new Dictionary<string, string>();
            foreach (var (name, count) in new[]
            {
                ("asked", Asked), ("from the journal", FromJournal), ("asked again", Retries), ("not in time", TimedOut), ("failed for good", Failed),
            })
                if (count > 0)
                    figures[name] = count.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, time) in new[] { ("mean seconds an answer", MeanTime), ("most seconds", LongestTime) })
                if (time is { } found)
                    figures[name] = found.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return figures;
        }
    }

    /// <summary>The figures that there are, a line each.</summary>
    public override string ToString() => string.Join('\n', Figures.Select(figure => $"{figure.Key}: {figure.Value}"));
}
