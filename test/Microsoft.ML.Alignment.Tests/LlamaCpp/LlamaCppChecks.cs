using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>Compares what a model says here with what llama.cpp says with its file.</summary>
internal static class LlamaCppChecks
{
    private static readonly string[] Words =
    [
        "the", "a tree", "2 + 2 = 4", "don't", "Wie geht's?", "naïve", "code: if (x < 3) { y += 1; }", "ok", "New\nline", "  two spaces", "1234567", "…", "日本", "🙂",
        "An answer.", "Please", "tell me", "about", "it", "in", "words", "never", "http://a.b/c?d=e", "tab\there", "END", "(yes)", "\"no\"",
    ];

    /// <summary>Conversations of one to six messages, made of a seed.</summary>
    public static IEnumerable<IReadOnlyList<TemplateMessage>> Conversations(int count, string alphabet = "")
    {
        var random = new Random(17);
        string[] words = alphabet.Length == 0 ? Words : [.. Words.Where(word => word.All(alphabet.Contains))];
        for (var i = 0; i < count; i++)
        {
            var messages = Enumerable.Range(0, 1 + random.Next(6)).Select(turn => new TemplateMessage(turn % 2 == 0 ? "user" : "assistant", Sentence(random, words)));
            yield return [.. messages];
        }
    }

    /// <summary>The conversations, rendered and tokenized, have our ids there, and a text has its BOS once.</summary>
    public static void HasOurIds(LlamaCppModel file, LanguageModel model, string alphabet = "")
    {
        foreach (var conversation in Conversations(100, alphabet))
        {
            var text = model.ChatTemplate?.Render(conversation, addGenerationPrompt: true) ?? string.Join('\n', conversation.Select(message => message.Content));
            file.Tokenize(text).Should().Equal(model.Tokenizer.EncodeMarkup(text), text);
        }

        file.Tokenize("a tree", withSpecialTokens: true).Should().Equal(model.Tokenizer.EncodeWithSpecialTokens("a tree"));
    }

    /// <summary>
    /// The file goes on as the model does: at every position its token has the highest logit here, up to the first where the two best are closer than
    /// the margin.
    /// </summary>
    /// <returns>The number of tokens that were compared.</returns>
    public static int GoesOnAsWeDo(LlamaCppModel file, LanguageModel model, IReadOnlyList<int> prompt, double margin = 1e-3, int count = 64)
    {
        var answer = file.Greedy(prompt, count);
        int[] all = [.. prompt, .. answer];
        var logits = TestModels.Logits(model, PackedSequences.Of([all]));
        var width = logits.Length / all.Length;
        for (var i = 0; i < answer.Length; i++)
        {
            var row = logits.AsSpan((prompt.Count + i - 1) * width, width).ToArray();
            var best = row.Index().OrderByDescending(pair => pair.Item).Take(2).ToArray();
            if (best[0].Item - best[1].Item < margin)
                return i;
            answer[i].Should().Be(best[0].Index, $"token {i} behind {prompt.Count}, with margin {best[0].Item - best[1].Item}");
        }

        return answer.Length;
    }

    private static string Sentence(Random random, string[] words) =>
        string.Join(' ', Enumerable.Range(0, 1 + random.Next(12)).Select(_ => words[random.Next(words.Length)]));
}
