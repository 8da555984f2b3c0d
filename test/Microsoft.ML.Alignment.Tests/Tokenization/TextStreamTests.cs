using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

/// <summary>Texts that come in pieces are those that come at once.</summary>
public sealed class TextStreamTests
{
    public static TheoryData<string> Vocabularies => ["bytes", "fallback", "spaces"];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void PiecesOfAnyTokensAreTheWholeText(string vocabulary)
    {
        using var model = vocabulary == "bytes" ? ChainModel.Of([ChainModel.Start, "[x]"]) : StoriesModel.Load();
        var tokenizer = vocabulary == "spaces" ? WithSpaces(model.Tokenizer) : model.Tokenizer;
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var written = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => new[] { " ", "a\u00E9", "\U0001F600\U0001F601", "  x", "\u4F60" }[random.Next(5)]));
            int[] ids = [.. tokenizer.EncodeText(written), .. Enumerable.Range(0, random.Next(9)).Select(_ => random.Next(tokenizer.VocabularySize)), .. tokenizer.EncodeText(written)];
            var stream = new TextStream(tokenizer);
            string[] pieces = [.. ids.Select(stream.Add), stream.Finish()];
            string.Concat(pieces).Should().Be(tokenizer.Decode(ids, skipSpecialTokens: true));
            pieces.Should().NotContain(piece => EndsWithin(piece));
        }
    }

    [Fact]
    public void MarksAreFoundHoweverTheTextIsCut()
    {
        const string Letters = "ab\uD83D\uDE00";
        var random = new Random(5);
        string Some(int most) => string.Concat(Enumerable.Range(0, 1 + random.Next(most)).Select(_ => Letters[random.Next(2)]));
        for (var round = 0; round < 500; round++)
        {
            string[] marks = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Some(5))];
            var text = Some(30);
            var (shown, behind) = Scan(marks, [text]);
            var (cut, rest) = Scan(marks, [.. text.Chunk(1 + random.Next(4)).Select(piece => new string(piece))]);
            (cut, rest is null).Should().Be((shown, behind is null));
            var ends = marks.Where(mark => text.Contains(mark, StringComparison.Ordinal)).Select(mark => text.IndexOf(mark, StringComparison.Ordinal) + mark.Length).ToArray();
            behind.Should().Be(ends.Length == 0 ? null : text[ends.Min()..]);
            marks.Should().NotContain(mark => shown.Contains(mark, StringComparison.Ordinal));
        }
    }

    // The decoder of unigram vocabularies, which leaves out the spaces of the first token.
    private static ModelTokenizer WithSpaces(ModelTokenizer tokenizer)
    {
        var json = JsonNode.Parse(tokenizer.Json)!;
        json["decoder"] = JsonNode.Parse("""{"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": false}""");
        return ModelTokenizer.FromJson(json.ToJsonString());
    }

    private static bool EndsWithin(string piece) => piece.Length > 0 && char.IsHighSurrogate(piece[^1]);

    private static (string Shown, string? Behind) Scan(string[] marks, string[] pieces)
    {
        var scanner = new MarkScanner(marks);
        var shown = "";
        foreach (var piece in pieces)
        {
            shown += scanner.Add(piece, out var behind);
            if (behind is not null)
                return (shown, behind);
        }

        return (shown + scanner.Finish(), null);
    }
}
