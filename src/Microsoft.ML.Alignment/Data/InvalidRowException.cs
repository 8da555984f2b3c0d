namespace Microsoft.ML.Alignment.Data;

/// <summary>Why a row cannot become an example.</summary>
/// <param name="column">Name of the column that is at fault.</param>
/// <param name="reason">What skipped rows are counted by.</param>
/// <param name="message">What was found and what is needed.</param>
/// <param name="inner">What reported it, where something else did.</param>
internal class InvalidRowException(string column, string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Column { get; } = column;

    public string Reason { get; } = reason;
}

/// <summary>A row that says itself that it is not to be trained on; it is left out and counted, whatever happens to invalid rows.</summary>
/// <param name="column">Name of the column that says so.</param>
internal sealed class UntrainedRowException(string column)
    : InvalidRowException(column, "weight 0", "the assistant's message has weight 0, so that it is not trained on.");
