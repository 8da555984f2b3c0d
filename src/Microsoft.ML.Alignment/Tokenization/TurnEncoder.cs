using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A conversation as ids, with what the assistant says in it.</summary>
/// <param name="Prompt">Ids before the first token that is trained on; at least one.</param>
/// <param name="Turns">Ids from the first to the last token that is trained on.</param>
/// <param name="Untrained">Where in <paramref name="Turns"/> tokens are not trained on: first and behind the last of each run.</param>
internal sealed record EncodedTurns(int[] Prompt, int[] Turns, int[] Untrained);

/// <summary>Encodes whole conversations, with a mark at every token that the assistant says.</summary>
/// <remarks>
/// Where the template marks what the assistant writes (<c>{% generation %}</c>), its marks hold. Else a turn is what the template adds to the
/// conversation up to it with the generation prompt. A turn ends with its end token: what stands behind that (a newline, in many templates)
/// is not the model's to write. Turns begin where inference begins them, so that ids are those that the model gets and gives.
/// </remarks>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="template">The model's chat template.</param>
/// <param name="endTokenIds">Ids that end a turn; the first is written where the template writes none behind the last.</param>
internal sealed class TurnEncoder(ModelTokenizer tokenizer, ChatTemplate template, IReadOnlyList<int> endTokenIds)
{
    private const string Assistant = "assistant";

    /// <summary>Encodes a conversation; null if the assistant says nothing in it that is to be trained on.</summary>
    /// <exception cref="InvalidExampleException">It cannot be told where the assistant speaks.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public EncodedTurns? Encode(Conversation conversation)
    {
        var text = template.RenderSpans(conversation, out var spans);
        spans = template.MarksGeneration ? Trained(conversation, spans) : SpansOfPrefixes(conversation, text);
        if (spans.Count == 0)
            return null;
        var ids = new List<int>();
        var trained = new List<(int Start, int End)>();
        var at = 0;
        foreach (var (start, end) in spans)
        {
            Append(text.Slice(at, start - at), ids);
            var first = ids.Count;
            Append(text.Slice(start, end - start), ids);
            trained.Add((first, EndOfTurn(ids, first)));
            at = end;
        }

        AppendEnd(text.Slice(at), ids, trained);
        return Cut(ids, trained);
    }

    // The template may write the end token behind what it marks; the model must learn to write it all the same.
    private void AppendEnd(MarkedText rest, List<int> ids, List<(int Start, int End)> trained)
    {
        Append(rest, ids);
        for (var turn = 0; turn < trained.Count; turn++)
        {
            var (start, end) = trained[turn];
            if (!endTokenIds.Contains(ids[end - 1]) && end < ids.Count && endTokenIds.Contains(ids[end]))
                trained[turn] = (start, end + 1);
        }

        var (lastStart, lastEnd) = trained[^1];
        if (endTokenIds.Contains(ids[lastEnd - 1]))
            return;
        ids.RemoveRange(lastEnd, ids.Count - lastEnd);
        ids.Add(endTokenIds[0]);
        trained[^1] = (lastStart, lastEnd + 1);
    }

    private static EncodedTurns Cut(List<int> ids, List<(int Start, int End)> trained)
    {
        // Nothing predicts the first token.
        var first = Math.Max(trained[0].Start, 1);
        var untrained = new List<int>();
        for (var turn = 1; turn < trained.Count; turn++)
            untrained.AddRange([trained[turn - 1].End - first, trained[turn].Start - first]);
        return new([.. ids[..first]], [.. ids[first..trained[^1].End]], [.. untrained]);
    }

    private void Append(MarkedText part, List<int> ids)
    {
        // In front of an added token's neighbour the tokenizer starts anew (and may put a space there), else the text goes on.
        if (part.Length > 0)
            ids.AddRange(tokenizer.Encode(part, isContinuation: ids.Count > 0 && !tokenizer.IsAdded(ids[^1])));
    }

    private int EndOfTurn(List<int> ids, int first)
    {
        var end = ids.FindIndex(first, endTokenIds.Contains);
        return end < 0 ? ids.Count : end + 1;
    }

    private static IReadOnlyList<(int Start, int End)> Trained(Conversation conversation, IReadOnlyList<(int Start, int End)> spans)
    {
        TemplateMessage[] said = [.. conversation.Messages.Where(message => message.Role == Assistant)];
        if (said.All(message => message.IsTrained))
            return spans;
        return said.Length == spans.Count
            ? [.. spans.Where((_, turn) => said[turn].IsTrained)]
            : throw Invalid(
                "weights of other turns than the template marks",
                $"The assistant speaks {said.Length} times, some of them with weight 0, and the chat template marks {spans.Count} spans, so that "
                + "it cannot be told which are not trained on.");
    }

    private List<(int Start, int End)> SpansOfPrefixes(Conversation conversation, MarkedText whole)
    {
        var spans = new List<(int, int)>();
        for (var index = 0; index < conversation.Messages.Count; index++)
        {
            if (conversation.Messages[index] is { Role: Assistant, IsTrained: true })
                spans.Add((LengthOf(index, addGenerationPrompt: true), LengthOf(index + 1, addGenerationPrompt: false)));
        }

        return spans;

        int LengthOf(int messages, bool addGenerationPrompt)
        {
            var before = conversation with { Messages = [.. conversation.Messages.Take(messages)] };
            var text = template.RenderMarked(before.Messages, addGenerationPrompt, before.Tools).Text;
            return whole.Text.StartsWith(text, StringComparison.Ordinal) ? text.Length : throw Invalid(
                "template rewrites the conversation",
                "The chat template renders a turn differently when others follow it, so that it cannot be told what the assistant said. "
                + "Give the model a template with {% generation %}, or train on last turns alone.");
        }
    }

    private static InvalidExampleException Invalid(string reason, string message) => new("completion", reason, message);
}
