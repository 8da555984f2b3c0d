using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Tests.Tokenization;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>A conversation that is too long beside the completion of another row loses content, and none of its template's markup.</summary>
public sealed class MismatchedConversationsTests
{
    private const int MaxLength = 70;
    private const string Header = "<|im_start|>assistant\n";

    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"went{i}"));
    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
    private static readonly PromptEncoder Encoder = new(
        Tokenizer, ChatTemplateTests.SmolLM(), PromptFormat.UserTurn, [2]);

    private static readonly MismatchedCompletions Mismatched = new(MaxLength, beginTokenId: null)
    {
        Shorten = (row, room) => PromptFit.Of(Encoder, row.PromptText!, row.Prompt, room, null),
    };

    [Fact]
    public void ThePromptIsShortenedWithinItsMarkup()
    {
        var (row, other) = (Row(Long, 1), Row("went", 15));

        var mismatched = Mismatched.Of([row, other], () => row)[0];

        mismatched.Completions.Should().ContainSingle().Which.Should().Equal(other.Completions[0]);
        mismatched.TokenCount.Should().BeInRange(MaxLength - 3, MaxLength);
        var text = Tokenizer.Decode(mismatched.Prompt, skipSpecialTokens: false);
        text.Should().Match("<|im_start|>system\n*<|im_end|>\n<|im_start|>user\n*199<|im_end|>\n" + Header);
        Long.Should().EndWith(text.Split("<|im_start|>user\n")[1].Split("<|im_end|>")[0]);
    }

    [Fact]
    public void WhereTheMarkupAloneDoesNotFitTheNewCompletionLosesItsEnd()
    {
        var (row, other) = (Row("home", 1), Row("went", 60));

        var mismatched = Mismatched.Of([row, other], () => row)[0];

        mismatched.Prompt.Should().Equal(row.Prompt);
        mismatched.Completions[0].Should().Equal(other.Completions[0][..(MaxLength - row.Prompt.Length)]);
    }

    private static TokenizedExample Row(string prompt, int completionLength) =>
        new(Encoder.EncodePrompt(prompt), [[.. Enumerable.Range(20, completionLength)]], [1]) { PromptText = prompt };
}
