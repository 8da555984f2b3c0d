using System.Diagnostics;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Texts of a GGUF file that are far longer than any that a tool writes: refused, or read in time linear in the file.</summary>
public sealed class LongGgufTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5); // what is quadratic takes minutes

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AKeyLongerThanTheFormatAllowsIsRefused() =>
        FluentActions.Invoking(() => Open(new GgufBuilder().With(new string('k', 1 << 20), 1u)))
            .Should().Throw<InvalidDataException>().WithMessage("*key 0 of 1 has 1048576 bytes; at most 65535*").Which.Message.Length.Should().BeLessThan(500);

    [Fact]
    public void ATensorsNameOfThatLengthIsRefusedToo() =>
        FluentActions.Invoking(() => Open(new GgufBuilder().WithTensor(new string('t', 70_000), 0, [1], new byte[4])))
            .Should().Throw<InvalidDataException>().WithMessage("*name of tensor 0 of 1 has 70000 bytes; at most 65535*");

    [Fact]
    public void ManyTextsUnderALongKeyAreReadInLinearTime()
    {
        var builder = new GgufBuilder().With(new string('k', 65_535), Enumerable.Repeat("", 300_000).ToArray());
        var clock = Stopwatch.StartNew();
        Open(builder);
        clock.Elapsed.Should().BeLessThan(Soon);
    }

    [Fact]
    public void AnErrorShowsTheBeginningOfALongName()
    {
        var open = () => Open(new GgufBuilder().With(new string('k', 60_000), 1u).With(new string('k', 60_000), 1u));
        open.Should().Throw<InvalidDataException>().WithMessage("*kkk*is there twice*").Which.Message.Length.Should().BeLessThan(500);
    }

    [Fact]
    public void AVeryLongTokenIsRefusedByItsId() =>
        FluentActions.Invoking(() => Tokenizer("gpt2", ["a", new string('b', 500_000)]))
            .Should().Throw<FormatException>().WithMessage("GGUF: token 1 has 500000 characters; at most*");

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void ManyLongTokensAreReadInLinearTime(string kind)
    {
        // Four million characters: every beginning and every end of a token is a token, so that nothing ends the search for halves early.
        string[] tokens = [.. Enumerable.Range(1, 2800).Select(length => new string('a', length))];
        var clock = Stopwatch.StartNew();
        FluentActions.Invoking(() => Tokenizer(kind, tokens)).Should().NotThrow<OutOfMemoryException>();
        clock.Elapsed.Should().BeLessThan(Soon);
    }

    private static void Tokenizer(string kind, string[] tokens)
    {
        try
        {
            GgufTokenizer.FromMetadata(new Dictionary<string, object>
            {
                ["tokenizer.ggml.model"] = kind,
                ["tokenizer.ggml.tokens"] = tokens,
                ["tokenizer.ggml.scores"] = new float[tokens.Length],
                ["tokenizer.ggml.merges"] = System.Array.Empty<string>(),
            });
        }
        catch (FormatException e) when (kind == "llama" && e.Message.Contains("no vocabulary", StringComparison.Ordinal))
        {
        }
    }

    private void Open(GgufBuilder builder)
    {
        File.WriteAllBytes(_folder["model.gguf"], builder.Build());
        GgufFile.Open(_folder["model.gguf"]).Dispose();
    }
}
