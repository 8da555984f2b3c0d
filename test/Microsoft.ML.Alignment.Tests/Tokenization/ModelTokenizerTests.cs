using System.Buffers;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class ModelTokenizerTests
{
    public static readonly TheoryData<string> SmallKinds = ["gpt2-style", "smollm-style", "llama2-style", "added-tokens", "qwen2-style", "llama3-style", "gemma-style", "unigram-style"];

    [Theory]
    [MemberData(nameof(SmallKinds))]
    public void IdsAndTextEqualTheReference(string kind) => CompareWithGolden(kind);

    [SharedTheory("golden/tokenizers/gpt2", "golden/tokenizers/llama2")]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    public void IdsAndTextOfRealVocabulariesEqualTheReference(string kind) => CompareWithGolden(kind);

    [Theory]
    [MemberData(nameof(SmallKinds))]
    public void EncodeTextNeverGivesASpecialToken(string kind)
    {
        var tokenizer = Load(kind);
        var specials = Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.IsSpecial).Select(id => tokenizer.TokenOf(id)!).ToArray();
        specials.Should().NotBeEmpty();
        foreach (var special in specials)
        {
            var text = $"say {special}{special} {special}";
            tokenizer.EncodeMarkup(text).Where(tokenizer.IsSpecial).Should().HaveCount(3);
            tokenizer.EncodeText(text).Should().NotContain(id => tokenizer.IsSpecial(id));
            tokenizer.EncodeText(special).Should().NotContain(id => tokenizer.IsSpecial(id));
        }
    }

    [Theory]
    [MemberData(nameof(SmallKinds))]
    public void TokensCoverTheNormalizedTextInOrder(string kind)
    {
        var tokenizer = Load(kind);
        foreach (var row in Golden(kind))
        {
            var text = row.GetProperty("text").GetString()!;
            var tokens = tokenizer.EncodeToTokens(text, out var normalized);
            tokens.Select(token => token.Id).Should().Equal(Ids(row, "ids"));
            var covered = 0;
            foreach (var token in tokens)
            {
                token.Offset.Start.Value.Should().BeLessThanOrEqualTo(covered);
                token.Offset.End.Value.Should().BeGreaterThanOrEqualTo(covered);
                covered = token.Offset.End.Value;
            }

            covered.Should().Be((normalized ?? text).Length, "'{0}'", text);
        }
    }

    [Fact]
    public void TokenOffsetsAreThePlacesOfTheWords()
    {
        var tokens = Load("gpt2-style").EncodeToTokens("The school", out _);

        tokens.Select(token => token.Value).Should().Equal("The", "Ġschool");
        tokens.Select(token => token.Offset).Should().Equal(0..3, 3..10);
    }

    [Fact]
    public void CountingAndCuttingAgreeWithEncoding()
    {
        var tokenizer = Load("llama2-style");
        const string Text = "He went to school yesterday. Über 1234 😀!";
        var ids = tokenizer.EncodeToIds(Text);

        ids.Should().Equal(tokenizer.EncodeWithSpecialTokens(Text));
        tokenizer.CountTokens(Text).Should().Be(ids.Count);
        tokenizer.EncodeToIds(Text, 5, out var normalized, out var consumed).Should().Equal(ids.Take(5));
        var index = tokenizer.GetIndexByTokenCount(Text, 5, out _, out var count);
        (index, count).Should().Be((consumed, 5));
        normalized![..consumed].Should().Be("▁He▁went▁to▁");
    }

    [Fact]
    public void DecodingIntoASpanStopsWhereItIsFull()
    {
        var tokenizer = Load("gpt2-style");
        var ids = tokenizer.EncodeText("The school went home");
        var destination = new char[12];

        tokenizer.Decode(ids, destination, out var consumed, out var written).Should().Be(OperationStatus.DestinationTooSmall);
        tokenizer.Decode(ids.Take(consumed), skipSpecialTokens: false).Should().Be(new string(destination, 0, written));
        tokenizer.Decode(ids.Take(consumed + 1), skipSpecialTokens: false).Length.Should().BeGreaterThan(destination.Length);
        tokenizer.Decode(ids, new char[64], out consumed, out written).Should().Be(OperationStatus.Done);
        (consumed, written).Should().Be((ids.Length, "The school went home".Length));
        tokenizer.Decode([ids[0], 99_999], new char[64], out consumed, out _).Should().Be(OperationStatus.InvalidData);
        consumed.Should().Be(1);
    }

    [Fact]
    public void SeveralThreadsGetTheSameIds()
    {
        var tokenizer = Load("smollm-style");
        var rows = Golden("smollm-style").ToArray();

        Parallel.For(0, 8, _ =>
        {
            foreach (var row in rows)
                tokenizer.EncodeMarkup(row.GetProperty("text").GetString()!).Should().Equal(Ids(row, "ids_no_special"));
        });
    }

    [Fact]
    public void LongPiecesMergeLikeShortOnes()
    {
        // Without a splitter the whole text is one piece; "e▁" is a merge here, so words are no pieces either.
        var tokenizer = Load("llama2-style");
        var sentence = string.Concat(Enumerable.Repeat("He went to the school. ", 200));
        var ids = tokenizer.EncodeText(sentence);

        tokenizer.Decode(ids, skipSpecialTokens: false).Should().Be(sentence);
        var period = tokenizer.EncodeText("He went to the school. He went to the school. ").Length - tokenizer.EncodeText("He went to the school. ").Length;
        ids.Length.Should().Be(tokenizer.EncodeText("He went to the school. ").Length + (199 * period));
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":[]}}""", "*model 'WordPiece' is not supported*BPE*Unigram*")]
    [InlineData("""{"normalizer":{"type":"Nmt"},"model":{"type":"BPE","vocab":{},"merges":[]}}""", "*normalizer 'Nmt' is not supported*Prepend*")]
    [InlineData("""{"pre_tokenizer":{"type":"Whitespace"},"model":{"type":"BPE","vocab":{},"merges":[]}}""", "*pre-tokenizer 'Whitespace' is not supported*ByteLevel*")]
    [InlineData("""{"decoder":{"type":"WordPiece"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""", "*decoder 'WordPiece' is not supported*Fuse*")]
    [InlineData("""{"post_processor":{"type":"BertProcessing"},"model":{"type":"BPE","vocab":{},"merges":[]}}""", "*post-processor 'BertProcessing' is not supported*TemplateProcessing*")]
    [InlineData("""{"model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":{},"merges":[]}}""", "*'end_of_word_suffix' (</w>)*")]
    public void ComponentsThatAreNotSupportedAreRefusedByName(string json, string message)
    {
        FluentActions.Invoking(() => ModelTokenizer.FromJson(json)).Should().Throw<NotSupportedException>().WithMessage(message);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""")]
    public void WhatIsNoTokenizerIsRefused(string json)
    {
        FluentActions.Invoking(() => ModelTokenizer.FromJson(json)).Should().Throw<FormatException>().WithMessage("tokenizer.json:*");
    }

    private static void CompareWithGolden(string kind)
    {
        var tokenizer = Load(kind);
        foreach (var row in Golden(kind))
        {
            var text = row.GetProperty("text").GetString()!;
            var ids = Ids(row, "ids");
            tokenizer.EncodeWithSpecialTokens(text).Should().Equal(ids, "'{0}'", text);
            tokenizer.EncodeMarkup(text).Should().Equal(Ids(row, "ids_no_special"), "'{0}'", text);
            tokenizer.Decode(ids, skipSpecialTokens: false).Should().Be(row.GetProperty("decoded").GetString(), "'{0}'", text);
            tokenizer.Decode(ids, skipSpecialTokens: true).Should().Be(row.GetProperty("decoded_skip_special").GetString(), "'{0}'", text);
        }
    }

    private static ModelTokenizer Load(string kind) => ModelTokenizer.FromJson(Support.Golden.Text($"tokenizers/{kind}/tokenizer.json"));

    private static IEnumerable<JsonElement> Golden(string kind) =>
        JsonDocument.Parse(Support.Golden.Text($"tokenizers/{kind}/expected.json")).RootElement.EnumerateArray();

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
