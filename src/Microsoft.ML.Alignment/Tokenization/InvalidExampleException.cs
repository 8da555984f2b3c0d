namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Why a row of data cannot be used.</summary>
/// <param name="column">The role of the column: prompt, completion, chosen, rejected.</param>
/// <param name="reason">What skipped rows are counted by, e.g. <c>boundary moves</c>.</param>
/// <param name="message">What was found and what is allowed.</param>
internal sealed class InvalidExampleException(string column, string reason, string message) : Exception(message)
{
    /// <summary>Gets the role of the column.</summary>
    public string Column { get; } = column;

    /// <summary>Gets the short reason that skipped rows are counted by.</summary>
    public string Reason { get; } = reason;
}
