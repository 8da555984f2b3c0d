namespace Microsoft.ML.Alignment.Data;

/// <summary>Why a row cannot become an example.</summary>
/// <param name="column">Name of the column that is at fault.</param>
/// <param name="reason">What skipped rows are counted by.</param>
/// <param name="message">What was found and what is needed.</param>
/// <param name="inner">What reported it, where something else did.</param>
internal sealed class InvalidRowException(string column, string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Column { get; } = column;

    public string Reason { get; } = reason;
}
