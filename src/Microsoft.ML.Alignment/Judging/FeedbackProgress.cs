using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>Where a stage of feedback stands.</summary>
/// <param name="RowsDone">Different rows that are done.</param>
/// <param name="Rows">
/// Rows that there are to do: the different ones of the data, with the labelled ones of a judge that is measured on them; twice where two
/// models write.
/// </param>
public sealed record FeedbackProgress(int RowsDone, int Rows)
{
    /// <summary>Gets the rows so far to which nobody had an answer: judges that abstained, clients that failed.</summary>
    public int Abstained { get; init; }

    /// <summary>Gets how requests went: asked, from the journal, failed, not in time.</summary>
    public FeedbackRequests Requests { get; init; } = new();

    /// <summary>Gets what was used so far, with what the journal held.</summary>
    public FeedbackUsage Usage { get; init; }

    /// <summary>Gets what that costs, by the prices of <see cref="FeedbackLimits"/>; 0 without prices.</summary>
    public double Cost { get; init; }

    /// <summary>All of it, in a line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{RowsDone} of {Rows} rows, {Requests.Asked} asked, {Requests.FromJournal} from the journal, {Abstained} without an answer") +
        (Cost > 0 ? string.Create(CultureInfo.InvariantCulture, $", cost {Cost:0.####}") : "");
}
