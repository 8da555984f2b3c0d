namespace Microsoft.ML.Alignment;

/// <summary>
/// Asks several judges and averages their probabilities. It abstains where fewer than half of them have an opinion.
/// </summary>
public sealed class EnsembleJudge : IPreferenceJudge
{
    private readonly IReadOnlyList<IPreferenceJudge> _judges;

    /// <summary>Makes a judge of judges.</summary>
    /// <param name="judges">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public EnsembleJudge(params IReadOnlyList<IPreferenceJudge> judges)
    {
        ArgumentNullException.ThrowIfNull(judges);
        if (judges.Count == 0)
            throw new ArgumentException("An ensemble needs one judge or more.", nameof(judges));
        _judges = [.. judges];
    }

    /// <inheritdoc/>
    public string Identity => $"ensemble({string.Join("; ", _judges.Select(judge => judge.Identity))})";

    /// <inheritdoc/>
    public async Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        var verdicts = await Task.WhenAll(_judges.Select(judge => judge.CompareAsync(question, session, cancellationToken))).ConfigureAwait(false);
        var answered = verdicts.Where(verdict => verdict.FirstProbability is not null).ToArray();
        var usage = verdicts.Aggregate(default(FeedbackUsage), (sum, verdict) => sum + verdict.Usage);
        var all = new PreferenceVerdict { Answers = [.. verdicts.SelectMany(verdict => verdict.Answers)], Members = verdicts, Usage = usage };
        return answered.Length * 2 >= verdicts.Length && answered.Length > 0
            ? all with { FirstProbability = answered.Average(verdict => verdict.FirstProbability!.Value) }
            : all with { AbstentionReason = $"{verdicts.Length - answered.Length} of {verdicts.Length} judges have no opinion." };
    }
}
