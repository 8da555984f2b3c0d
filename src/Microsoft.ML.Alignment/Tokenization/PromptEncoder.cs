using System.Collections.ObjectModel;
using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Turns prompts and completions into token ids exactly as generation sees them.</summary>
/// <remarks>
/// <para>
/// Text: prompt and completion are encoded together, so that the completion's ids are those the model would generate; then the end token.
/// </para>
/// <para>
/// Conversation: the prompt is rendered with the generation prompt; the completion is what the rendered whole has behind it, up to and with
/// the end-of-turn token, encoded on its own, as inference sees it. What stands behind the end token (a newline, in many templates) is not
/// the model's to write.
/// </para>
/// <para>Contents never become control tokens; those are recognised in what the template itself writes.</para>
/// </remarks>
internal sealed class PromptEncoder
{
    private readonly ModelTokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly int[] _endTokenIds;
    private readonly TemplateReading? _reading;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template; null if it has none.</param>
    /// <param name="format">Already resolved: Text, UserTurn or Messages.</param>
    /// <param name="endTokenIds">Ids that end a completion; the first is the one written.</param>
    /// <exception cref="ArgumentException">The format is not resolved or needs a template that is not there, or no token ends a
    /// completion.</exception>
    public PromptEncoder(ModelTokenizer tokenizer, ChatTemplate? template, PromptFormat format, IReadOnlyList<int> endTokenIds)
    {
        if (format is not (PromptFormat.Text or PromptFormat.UserTurn or PromptFormat.Messages))
        {
            throw new ArgumentException(
                $"The prompt format is {format}; it must be resolved to Text, UserTurn or Messages.", nameof(format));
        }

        if (format != PromptFormat.Text && template is null)
        {
            throw new ArgumentException(
                $"The prompt format {format} needs a chat template, and the model has none. " +
                $"Use {PromptFormat.Text}, or give the model a template with the option ChatTemplate of BaseModel or LoadModel.",
                nameof(template));
        }

        if (endTokenIds.Count == 0)
            throw new ArgumentException("No token ends a completion; the model must name an end-of-sequence token.", nameof(endTokenIds));
        _tokenizer = tokenizer;
        _template = template;
        Format = format;
        _endTokenIds = [.. endTokenIds];
        _reading = format == PromptFormat.Messages ? new(template!) : null;
    }

    /// <summary>Gets how prompts are read: Text, UserTurn or Messages.</summary>
    public PromptFormat Format { get; }

    /// <summary>Gets how many messages had a field that the chat template does not read, by its name.</summary>
    public IReadOnlyDictionary<string, long> UnreadFields => _reading?.Unread ?? ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Ids of the prompt, rendered with the generation prompt, BOS included where the tokenizer or template adds one.</summary>
    /// <param name="prompt">The text of the column.</param>
    /// <exception cref="InvalidExampleException">The prompt is not a conversation, or the template refuses it.</exception>
    public int[] EncodePrompt(string prompt)
    {
        if (Format == PromptFormat.Text)
            return [.. _tokenizer.Prefix, .. _tokenizer.EncodeText(prompt)];
        var conversation = ConversationOf(prompt);
        _reading?.LookAtTools(conversation);
        _reading?.Look(conversation.Messages, "prompt");
        return _tokenizer.Encode(Render(conversation, addGenerationPrompt: true, "prompt"));
    }

    /// <summary>
    /// Ids of a conversation that is too long: its oldest turns are left out, then contents lose their beginnings. Null if the chat
    /// template's own text does not fit.
    /// </summary>
    /// <param name="prompt">The text of the column; not of format Text.</param>
    /// <param name="room">Most ids.</param>
    public int[]? CutConversation(string prompt, int room) =>
        new ConversationCut(conversation => _tokenizer.Encode(Render(conversation, addGenerationPrompt: true, "prompt")))
            .To(ConversationOf(prompt), room);

    /// <summary>Ids of a completion behind a prompt, end token included.</summary>
    /// <param name="prompt">The text of the prompt's column.</param>
    /// <param name="completion">The text of the completion's column; where prompts are messages, either text or a list of one assistant's
    /// message.</param>
    /// <exception cref="InvalidExampleException">The row cannot be used; it says why.</exception>
    public int[] EncodeCompletion(string prompt, string completion)
    {
        if (completion.Length == 0)
            throw Empty();
        return Format == PromptFormat.Text
            ? EncodeTextCompletion(prompt, completion)
            : EncodeTurn(ConversationOf(prompt), AnswerOf(completion));
    }

    /// <summary>Ids of a whole conversation, with a mark at all that the assistant says in it; null if nothing of it is to be trained on.</summary>
    /// <param name="prompt">The text of the prompt's column.</param>
    /// <param name="completion">The text of the completion's column, with which the conversation ends.</param>
    /// <exception cref="InvalidExampleException">The row cannot be used; it says why.</exception>
    public EncodedTurns? EncodeTurns(string prompt, string completion)
    {
        if (Format == PromptFormat.Text)
        {
            throw new InvalidExampleException(
                "prompt", "no conversation",
                "Turns of the assistant are trained on where rows are conversations, and prompts are read as text here.");
        }

        var conversation = ConversationOf(prompt);
        var answer = AnswerOf(completion);
        _reading?.LookAtTools(conversation);
        _reading?.Look([.. conversation.Messages, answer], "prompt");
        try
        {
            return new TurnEncoder(_tokenizer, _template!, _endTokenIds).Encode(conversation with { Messages = [.. conversation.Messages, answer] });
        }
        catch (ChatTemplateException exception)
        {
            throw Refused("completion", exception);
        }
    }

    /// <summary>Whether a completion is to be trained on: not where its message has <c>"weight": 0</c>.</summary>
    /// <param name="completion">The text of the completion's column.</param>
    /// <exception cref="InvalidExampleException">It is a list of messages that cannot be read.</exception>
    public bool IsTrained(string completion) => Format != PromptFormat.Messages
        || !completion.Contains("\"weight\"", StringComparison.Ordinal)
        || MessageList.ParseAnswer(completion) is not { } messages
        || messages.All(message => message.IsTrained);

    /// <summary>Text of a generated completion: what stands before its end token, special tokens removed.</summary>
    /// <param name="ids">The generated ids.</param>
    public string DecodeCompletion(IReadOnlyList<int> ids)
    {
        var content = ids.TakeWhile(id => !_endTokenIds.Contains(id));
        return Format == PromptFormat.Text
            ? _tokenizer.DecodeContinuation(content, skipSpecialTokens: true)
            : _tokenizer.Decode(content, skipSpecialTokens: true);
    }

    /// <summary>Text of one token, as it continues a text; as the vocabulary writes it where it is a part of a character.</summary>
    /// <param name="id">The id.</param>
    public string TextOf(int id)
    {
        const char Broken = '\uFFFD';
        var text = _tokenizer.DecodeContinuation([id], skipSpecialTokens: false);
        return text.Length == 0 || text.Contains(Broken) ? _tokenizer.TokenOf(id) ?? "" : text;
    }

    private int[] EncodeTextCompletion(string prompt, string completion)
    {
        var promptIds = _tokenizer.EncodeText(prompt);
        var ids = _tokenizer.EncodeText(prompt + completion);
        if (!ids.AsSpan().StartsWith(promptIds))
        {
            throw new InvalidExampleException(
                "completion",
                "boundary moves",
                "The tokenizer joins the end of the prompt with the beginning of the completion to other tokens. " +
                "Move the boundary to the beginning of a word; a space there belongs to the completion.");
        }

        return [.. ids.AsSpan(promptIds.Length), _endTokenIds[0]];
    }

    private int[] EncodeTurn(Conversation conversation, TemplateMessage answer)
    {
        _reading?.Look([answer], "completion");
        var prompt = Render(conversation, addGenerationPrompt: true, "prompt");
        var whole = Render(conversation with { Messages = [.. conversation.Messages, answer] }, addGenerationPrompt: false, "completion");
        if (!whole.Text.StartsWith(prompt.Text, StringComparison.Ordinal))
        {
            throw new InvalidExampleException(
                "completion",
                "template rewrites the prompt",
                "The chat template renders the prompt differently when the completion follows, " +
                "so the model would be trained on another prompt than it gets.");
        }

        // In front of an added token's neighbour the tokenizer starts anew (and may put a space there), else the text goes on.
        var isContinuation = _tokenizer.Encode(prompt) is [.., var last] && !_tokenizer.IsAdded(last);
        var ids = _tokenizer.Encode(whole.Slice(prompt.Length), isContinuation);
        var end = ids.AsSpan().IndexOfAny(_endTokenIds);
        return end >= 0 ? ids[..(end + 1)] : [.. ids, _endTokenIds[0]];
    }

    private Conversation ConversationOf(string prompt) =>
        Format == PromptFormat.UserTurn ? new([new TemplateMessage("user", prompt)]) : MessageList.Parse(prompt);

    private TemplateMessage AnswerOf(string completion)
    {
        const string Assistant = "assistant";
        if (Format == PromptFormat.UserTurn || MessageList.ParseAnswer(completion) is not { } messages)
            return new TemplateMessage(Assistant, completion);
        if (messages is not [{ Role: Assistant } answer])
        {
            throw new InvalidExampleException(
                "completion",
                "not one assistant turn",
                $"The completion's messages have the roles [{string.Join(", ", messages.Select(message => message.Role))}]; " +
                $"they must be one message of role {Assistant}, with which a conversation ends.");
        }

        return TemplateReading.SaysSomething(answer) ? answer : throw Empty();
    }

    private MarkedText Render(Conversation conversation, bool addGenerationPrompt, string column)
    {
        try
        {
            return _template!.RenderMarked(conversation.Messages, addGenerationPrompt, conversation.Tools);
        }
        catch (ChatTemplateException exception)
        {
            throw Refused(column, exception);
        }
    }

    private static InvalidExampleException Refused(string column, ChatTemplateException exception) =>
        new(column, "refused by the chat template", $"The chat template does not render the conversation: {exception.Message}");

    private static InvalidExampleException Empty() =>
        new("completion", "empty completion", "The completion is empty; it must have at least one character.");
}
