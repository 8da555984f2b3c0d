namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Why a row of data cannot be used.</summary>
/// <param name="column">The role of the column.</param>
/// <param name="reason">A short reason that skipped rows are counted by.</param>
/// <param name="message">What was found and what is allowed.</param>
internal sealed class InvalidExampleException(string column, string reason, string message) : Exception(message)
{
    /// <summary>
    /// The role of the column: <c>prompt</c> or <c>completion</c>; a reader that knows more says <c>chosen</c> or <c>rejected</c>.
    /// </summary>
    public string Column { get; } = column;

    /// <summary>A short reason that skipped rows are counted by, e.g. "empty completion", "boundary moves", "too long".</summary>
    public string Reason { get; } = reason;
}
