namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Turns prompts and completions into token ids exactly as generation sees them.</summary>
internal sealed class PromptEncoder
{
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template; null if it has none.</param>
    /// <param name="endTokenIds">Ids that end a completion; the first is the one written.</param>
    /// <param name="format">Already resolved: Text, UserTurn or Messages.</param>
    public PromptEncoder(ModelTokenizer tokenizer, ChatTemplate? template, PromptFormat format, IReadOnlyList<int> endTokenIds) => throw new NotImplementedException();

    /// <summary>Ids of the prompt, rendered with the generation prompt, BOS included where the tokenizer or template adds one.</summary>
    public int[] EncodePrompt(string prompt) => throw new NotImplementedException();

    /// <summary>Ids of a completion behind a prompt, end token included. Throws InvalidExampleException (with a reason) for a row that cannot be used.</summary>
    public int[] EncodeCompletion(string prompt, string completion) => throw new NotImplementedException();

    /// <summary>Text of a generated completion (end token and special tokens removed).</summary>
    public string DecodeCompletion(IReadOnlyList<int> ids) => throw new NotImplementedException();
}

/// <summary>Why a row of data cannot be used.</summary>
internal sealed class InvalidExampleException(string column, string reason, string message) : Exception(message)
{
    /// <summary>The role of the column: prompt, completion, chosen, rejected.</summary>
    public string Column { get; } = column;
    /// <summary>A short reason that skipped rows are counted by, e.g. "empty completion", "boundary moves", "too long".</summary>
    public string Reason { get; } = reason;
}
