using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class ConversationCutTests
{
    private const string Header = "<|im_start|>assistant\n";
    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"went{i}"));

    [Theory]
    [InlineData(48)]
    [InlineData(90)]
    [InlineData(140)]
    public void ALongUserTurnKeepsItsMarkupAndItsEnd(int room)
    {
        var encoder = Encoder(PromptFormat.UserTurn);
        var whole = encoder.EncodePrompt(Long);
        var cut = encoder.CutConversation(Long, room)!;

        whole.Length.Should().BeGreaterThan(200);
        cut.Length.Should().BeInRange(room - 3, room);
        var text = Text(cut);
        text.Should().Match("<|im_start|>system\n*<|im_end|>\n<|im_start|>user\n*199<|im_end|>\n" + Header);
        Long.Should().EndWith(text.Split("<|im_start|>user\n")[1].Split("<|im_end|>")[0]);
    }

    [Fact]
    public void TheOldestTurnsAreLeftOutWhole()
    {
        var encoder = Encoder(PromptFormat.Messages);
        var messages = Messages(("system", "be brief"), ("user", "went 1"), ("assistant", "home 1"), ("user", "went 2"), ("assistant", "home 2"), ("user", "went 3"));
        var newest = encoder.EncodePrompt(Messages(("system", "be brief"), ("user", "went 2"), ("assistant", "home 2"), ("user", "went 3")));

        encoder.CutConversation(messages, newest.Length).Should().Equal(newest);
        encoder.CutConversation(messages, newest.Length + 2).Should().Equal(newest);
        encoder.CutConversation(messages, newest.Length - 1).Should()
            .Equal(encoder.EncodePrompt(Messages(("system", "be brief"), ("user", "went 3"))));
    }

    [Fact]
    public void TheSystemsContentIsCutLast()
    {
        var encoder = Encoder(PromptFormat.Messages);
        var messages = Messages(("system", "be brief"), ("user", Long));

        Text(encoder.CutConversation(messages, 50)!).Should().StartWith("<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\n").And.EndWith(Header);
        var smallest = encoder.EncodePrompt(Messages(("system", "f"), ("user", "9"))).Length;
        Text(encoder.CutConversation(messages, smallest)!).Should().Match($"<|im_start|>system\n*f<|im_end|>\n<|im_start|>user\n9<|im_end|>\n{Header}");
        encoder.CutConversation(messages, smallest - 1).Should().BeNull();
    }

    [Fact]
    public void NoCharacterIsCutInTwo()
    {
        var encoder = Encoder(PromptFormat.UserTurn);
        var prompt = string.Concat(Enumerable.Repeat("😀", 60));
        for (var room = 60; room < 90; room++)
            Text(encoder.CutConversation(prompt, room)!).Should().NotContain("\uFFFD");
    }

    private static PromptEncoder Encoder(PromptFormat format) => new(Tokenizer, ChatTemplateTests.SmolLM(), format, [2]);

    private static string Text(int[] ids) => Tokenizer.Decode(ids, skipSpecialTokens: false);

    private static string Messages(params (string Role, string Content)[] messages) =>
        JsonSerializer.Serialize(messages.Select(message => new { role = message.Role, content = message.Content }));
}
