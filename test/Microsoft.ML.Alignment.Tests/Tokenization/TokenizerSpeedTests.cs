using System.Diagnostics;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

/// <summary>Time grows with the length of a text, whatever it holds; growth is measured, not time.</summary>
[Collection(RunsAlone.Name)]
public class TokenizerSpeedTests
{
    private const int Long = 1 << 15;
    private const int Growth = 4;

    public static readonly TheoryData<string> Kinds =
        ["gpt2-style", "smollm-style", "llama2-style", "added-tokens", "qwen2-style", "llama3-style", "gemma-style", "unigram-style"];

    // Parts of which a text of one word, of no word, of one character that is none, is made.
    private static readonly string[] Parts =
        ["a", "A", " ", "\n", "\U0001F600", "e\u0301\u0323", "\u0301", "7", "\u4E2D", "'s", "a ", "<", "\u2581", "\0", "\uFFFE", "\U000E0001"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TimeIsLinearInTheLengthOfAWord(string kind) => Check(ModelTokenizer.FromJson(Golden.Text($"tokenizers/{kind}/tokenizer.json")), Parts);

    [SharedTheory("golden/tokenizers-real")]
    [InlineData("gptoss")]
    [InlineData("deepseek_v3")]
    public void TimeIsLinearInTheLengthOfAWordWithRealPatterns(string model) => Check(ModelTokenizer.FromJson(RealVocabulary.Json(model)), ["a", "A", " ", "\U0001F600", "\u0301", "7"]);

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("\U0001F600")]
    [InlineData("e\u0301\u0323")]
    public void AMegabyteOfOneThingIsEncoded(string part)
    {
        const int Megabyte = 1 << 20;
        var text = string.Concat(Enumerable.Repeat(part, Megabyte / System.Text.Encoding.UTF8.GetByteCount(part)));
        foreach (var kind in (string[])["qwen2-style", "llama2-style", "unigram-style"])
        {
            var tokenizer = ModelTokenizer.FromJson(Golden.Text($"tokenizers/{kind}/tokenizer.json"));
            var ids = tokenizer.EncodeText(text);
            ids.Should().NotBeEmpty();
            if (kind is "qwen2-style")
                tokenizer.Decode(ids, skipSpecialTokens: false).Should().Be(text.Normalize());
        }
    }

    private static void Check(ModelTokenizer tokenizer, IEnumerable<string> parts)
    {
        foreach (var part in parts)
        {
            var few = string.Concat(Enumerable.Repeat(part, Long / Growth / part.Length));
            var many = string.Concat(Enumerable.Repeat(few, Growth));
            var (before, after) = (Time(tokenizer, few), Time(tokenizer, many));
            // Linear time grows as the text, with a logarithm a little more; quadratic time would grow 16 times.
            after.Should().BeLessThan((before * 2 * Growth) + TimeSpan.FromMilliseconds(30), "{0} of {1}", many.Length, string.Join(' ', part.Select(c => $"{(int)c:X4}")));
        }
    }

    private static TimeSpan Time(ModelTokenizer tokenizer, string text)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var start = Stopwatch.GetTimestamp();
            tokenizer.EncodeText(text);
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        return best;
    }
}
