namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Turns prompts and completions into token ids exactly as generation sees them.</summary>
internal sealed class PromptEncoder
{
    private readonly ModelTokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly PromptFormat _format;
    private readonly IReadOnlyList<int> _endTokenIds;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template; null if it has none.</param>
    /// <param name="format">Already resolved: Text, UserTurn or Messages.</param>
    /// <param name="endTokenIds">Ids that end a completion; the first is the one written.</param>
    /// <exception cref="ArgumentException">The format is not resolved, there is no end token, or a conversation is asked for without a template.</exception>
    public PromptEncoder(ModelTokenizer tokenizer, ChatTemplate? template, PromptFormat format, IReadOnlyList<int> endTokenIds)
    {
        if (format == PromptFormat.FromColumn)
            throw new ArgumentException("The format must be resolved: Text, UserTurn or Messages.", nameof(format));
        if (format != PromptFormat.Text && template is null)
            throw new ArgumentException($"Prompt format {format} needs a chat template, which this model lacks; use Text.", nameof(template));
        if (endTokenIds.Count == 0)
            throw new ArgumentException("The model names no end token (eos_token_id); completions could never end.", nameof(endTokenIds));
        (_tokenizer, _template, _format, _endTokenIds) = (tokenizer, template, format, endTokenIds);
    }

    /// <summary>Ids of the prompt, rendered with the generation prompt, BOS included where the tokenizer or template adds one.</summary>
    /// <exception cref="InvalidExampleException">The prompt is no conversation, or the template refuses it.</exception>
    public int[] EncodePrompt(string prompt) => _format == PromptFormat.Text
        ? [.. _tokenizer.Prefix, .. _tokenizer.EncodeText(prompt)]
        : _tokenizer.Encode(Render(Messages(prompt), addGenerationPrompt: true));

    /// <summary>Ids of a completion behind a prompt, end token included.</summary>
    /// <exception cref="InvalidExampleException">The row cannot be used; the reason says why.</exception>
    public int[] EncodeCompletion(string prompt, string completion) => _format == PromptFormat.Text
        ? EncodeContinuation(prompt, completion)
        : EncodeTurn(Messages(prompt), completion);

    /// <summary>Text of a generated completion, without its end token and special tokens.</summary>
    public string DecodeCompletion(IReadOnlyList<int> ids)
    {
        var end = ids.Count > 0 && _endTokenIds.Contains(ids[^1]) ? ids.Count - 1 : ids.Count;
        return _tokenizer.DecodeContinuation(ids.Take(end), skipSpecialTokens: true);
    }

    private int[] EncodeContinuation(string prompt, string completion)
    {
        var before = _tokenizer.EncodeText(prompt);
        var whole = _tokenizer.EncodeText(prompt + completion);
        if (!whole.AsSpan().StartsWith(before))
        {
            throw new InvalidExampleException("completion", "boundary moves",
                "the tokenizer merges the end of the prompt with the beginning of the completion, so that generation would see other tokens; move white space from the end of the prompt to the completion");
        }

        return [.. whole[before.Length..], _endTokenIds[0]];
    }

    // The turn is what the template writes behind the prompt, up to the end token; what it puts behind that is the next turn's.
    private int[] EncodeTurn(TemplateMessage[] prompt, string completion)
    {
        var before = Render(prompt, addGenerationPrompt: true);
        var whole = Render([.. prompt, .. Turn(completion)], addGenerationPrompt: false);
        if (!whole.Text.StartsWith(before.Text, StringComparison.Ordinal))
        {
            throw new InvalidExampleException("completion", "template rewrites the prompt",
                "the chat template renders the prompt otherwise when an answer follows; the completion cannot be told from it");
        }

        var turn = _tokenizer.Encode(whole.Slice(before.Length), isContinuation: true);
        var end = Array.FindLastIndex(turn, _endTokenIds.Contains);
        return end >= 0 ? turn[..(end + 1)] : [.. turn, _endTokenIds[0]];
    }

    private TemplateMessage[] Turn(string completion) =>
        _format == PromptFormat.Messages && MessageList.TryParse(completion, out _) is { } messages ? messages : [new("assistant", completion)];

    private TemplateMessage[] Messages(string prompt) => _format == PromptFormat.Messages ? MessageList.Parse(prompt) : [new("user", prompt)];

    private MarkedText Render(TemplateMessage[] messages, bool addGenerationPrompt)
    {
        try
        {
            return _template!.RenderMarked(messages, addGenerationPrompt);
        }
        catch (ChatTemplateException e)
        {
            throw new InvalidExampleException("prompt", "refused by the chat template", e.Message);
        }
    }
}
