using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Finds the token that a chat template writes behind what an assistant says.</summary>
internal static class TurnEnd
{
    private const string Answer = "The answer.";

    /// <summary>The token's id; null where the template writes none, or does not render a plain conversation.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template.</param>
    public static int? Of(ModelTokenizer tokenizer, ChatTemplate template)
    {
        MarkedText whole;
        try
        {
            whole = template.RenderMarked([new("user", "A question?"), new("assistant", Answer)], addGenerationPrompt: false);
        }
        catch (ChatTemplateException)
        {
            return null; // who renders a conversation with it is told
        }

        var at = whole.Text.LastIndexOf(Answer, StringComparison.Ordinal);
        if (at < 0)
            return null;
        foreach (var id in tokenizer.Encode(whole.Slice(at + Answer.Length), isContinuation: true))
        {
            if (tokenizer.IsAdded(id))
                return id;
            if (!string.IsNullOrWhiteSpace(tokenizer.Decode([id], skipSpecialTokens: false)))
                return null;
        }

        return null;
    }
}
