using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class TurnEncoderTests
{
    private const string Turns = """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there"}, {"role": "user", "content": "Go?"}]""";
    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));

    // <|im_start|> is 1, <|im_end|> is 2.
    private const int End = 2;

    [Theory]
    [InlineData("smollm2", "Hello there<|im_end|>", "went<|im_end|>")]
    [InlineData("qwen2_5", "Hello there<|im_end|>", "went<|im_end|>")]
    // Its marks begin with the newline.
    [InlineData("qwen2_5_training", "\nHello there<|im_end|>", "\nwent<|im_end|>")]
    [InlineData("qwen3_training", "<think>\n\n</think>\n\nHello there<|im_end|>", "<think>\n\n</think>\n\nwent<|im_end|>")]
    public void ExactlyWhatTheAssistantSaysIsTrainedOn(string model, string first, string second)
    {
        var encoded = Encoder(model).EncodeTurns(Turns, "went")!;

        TrainedTexts(encoded).Should().Equal(first, second);
        var whole = Template(model).Render([new("user", "Hi"), new("assistant", "Hello there"), new("user", "Go?"), new("assistant", "went")], false);
        int[] ids = [.. encoded.Prompt, .. encoded.Turns];
        ids.Should().Equal(Tokenizer.EncodeMarkup(whole).Take(ids.Length), "the model gets what inference gives it");
        ids[^1].Should().Be(End);
    }

    [Theory]
    [InlineData("smollm2", "went<|im_end|>")]
    [InlineData("qwen3_training", "<think>\n\n</think>\n\nwent<|im_end|>")]
    public void AMessageOfWeight0IsNotTrainedOn(string model, string trained)
    {
        var weighted = Turns.Replace("\"content\": \"Hello there\"", "\"content\": \"Hello there\", \"weight\": 0");
        TrainedTexts(Encoder(model).EncodeTurns(weighted, "went")!).Should().Equal(trained);
        Encoder(model).EncodeTurns("""[{"role": "user", "content": "Hi"}]""", """[{"role": "assistant", "content": "no", "weight": 0}]""").Should().BeNull();
    }

    [Fact]
    public void OneTurnIsTheCompletionOfThePrompt()
    {
        const string Prompt = """[{"role": "user", "content": "Past of go?"}]""";
        var encoder = Encoder("smollm2");
        var encoded = encoder.EncodeTurns(Prompt, "went")!;

        encoded.Prompt.Should().Equal(encoder.EncodePrompt(Prompt));
        encoded.Turns.Should().Equal(encoder.EncodeCompletion(Prompt, "went"));
        encoded.Untrained.Should().BeEmpty();
    }

    [Theory]
    [InlineData("{% for m in messages %}{% if m.role == 'assistant' %}A:{% generation %}{{ m.content }}{% endgeneration %}<|im_end|>{% else %}U:{{ m.content }}{% endif %}{% endfor %}")]
    [InlineData("{% for m in messages %}{% if m.role == 'assistant' %}A:{% generation %}{{ m.content }}<|im_end|>\n{% endgeneration %}{% else %}U:{{ m.content }}{% endif %}{% endfor %}")]
    public void TheEndTokenBelongsToTheTurnWhereverTheMarkEnds(string template) =>
        TrainedTexts(Of(template).EncodeTurns(Turns, "went")!).Should().Equal("Hello there<|im_end|>", "went<|im_end|>");

    [Fact]
    public void TheLastTurnEndsAlsoWhereTheTemplateWritesNoEnd() =>
        TrainedTexts(Of("{% for m in messages %}{{ m.role }}: {% generation %}{{ m.content if m.role == 'assistant' }}{% endgeneration %}\n{% endfor %}").EncodeTurns(Turns, "went")!)
            .Should().Equal("Hello there", "went<|im_end|>");

    [Theory]
    // Leaves thoughts of earlier turns out.
    [InlineData("{% for m in messages %}{{ m.role }}:{{ m.content if loop.last or m.role == 'user' else '' }}<|im_end|>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}", "template rewrites the conversation")]
    [InlineData("{{ raise_exception('no') }}", "refused by the chat template")]
    public void WhatCannotBeToldIsRefused(string template, string reason) =>
        FluentActions.Invoking(() => Of(template).EncodeTurns(Turns, "went")).Should().Throw<InvalidExampleException>().Which.Reason.Should().Be(reason);

    [Fact]
    public void WeightsNeedAsManyMarksAsTurns()
    {
        var weighted = Turns.Replace("\"content\": \"Hello there\"", "\"content\": \"Hello there\", \"weight\": 0");
        FluentActions.Invoking(() => Of("{% generation %}all{% endgeneration %}").EncodeTurns(weighted, "went")).Should().Throw<InvalidExampleException>()
            .WithMessage("*speaks 2 times*marks 1 spans*");
    }

    [Fact]
    public void TextIsNoConversation() => FluentActions.Invoking(() => new PromptEncoder(Tokenizer, null, PromptFormat.Text, [End]).EncodeTurns("a", "b"))
        .Should().Throw<InvalidExampleException>().Which.Reason.Should().Be("no conversation");

    private static string[] TrainedTexts(EncodedTurns encoded)
    {
        int[] places = [0, .. encoded.Untrained, encoded.Turns.Length];
        return [.. places.Chunk(2).Select(run => Tokenizer.Decode(encoded.Turns[run[0]..run[1]], skipSpecialTokens: false))];
    }

    private static ChatTemplate Template(string model) => ChatTemplate.Parse(Golden.Text($"chat/{model}/template.jinja"), new Dictionary<string, string>());

    private static PromptEncoder Encoder(string model) => new(Tokenizer, Template(model), PromptFormat.Messages, [End]);

    private static PromptEncoder Of(string template) => new(Tokenizer, ChatTemplate.Parse(template, new Dictionary<string, string>()), PromptFormat.Messages, [End]);
}
