using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Statistics;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Generation;

public sealed class TokenSamplerTests
{
    // Probabilities 0.5, 0.3, 0.15, 0.05, at shuffled places.
    private static readonly double[] Probabilities = [0.15, 0.5, 0.05, 0.3];

    [Fact]
    public void GreedyTakesTheBestTokenAndNoRandomNumber()
    {
        var stream = new RandomStream(1, 0);
        Next(new() { Temperature = 0 }, stream).Should().Be(1);
        stream.Next().Should().Be(new RandomStream(1, 0).Next());
    }

    [Theory]
    [InlineData(null, 1.0, new[] { 0, 1, 2, 3 })]
    [InlineData(2, 1.0, new[] { 1, 3 })]
    [InlineData(null, 0.79, new[] { 1, 3 })] // 0.5 has not reached 0.79, 0.8 has
    [InlineData(null, 0.81, new[] { 0, 1, 3 })]
    [InlineData(null, 1e-9, new[] { 1 })]
    [InlineData(3, 0.9, new[] { 0, 1, 3 })] // renormalised: 0.526, 0.316, 0.158; 0.842 has not reached 0.9
    [InlineData(3, 0.8, new[] { 1, 3 })]
    [InlineData(9, 1.0, new[] { 0, 1, 2, 3 })]
    public void OnlyTheKeptTokensAreTakenInTheirProportion(int? topK, double topP, int[] kept)
    {
        const int Draws = 3000;
        var options = new GenerationOptions { Temperature = 1, TopK = topK, TopP = topP };
        var stream = new RandomStream(7, 2);
        var counts = new int[Probabilities.Length];
        for (var draw = 0; draw < Draws; draw++)
            counts[Next(options, stream)]++;
        var mass = kept.Sum(id => Probabilities[id]);
        for (var id = 0; id < counts.Length; id++)
        {
            var expected = kept.Contains(id) ? Probabilities[id] / mass : 0;
            (counts[id] / (double)Draws).Should().BeApproximately(expected, 4.5 * Math.Sqrt(expected * (1 - expected) / Draws));
        }
    }

    [Fact]
    public void TopPOverALargeVocabularyKeepsTheWholeNucleus()
    {
        using var scope = NewDisposeScope();
        using var logits = zeros(1, 2000); // the nucleus of 0.75 has 1500 tokens, more than are tried first
        var sampler = new TokenSampler(new() { Temperature = 1, TopP = 0.75 });
        var stream = new RandomStream(3, 0);
        var taken = Enumerable.Range(0, 3000).Select(_ => sampler.Next(logits, [stream])[0]).Distinct().Count();
        taken.Should().BeInRange(1000, 1500);
    }

    [Theory]
    [InlineData(4097)] // a block with one token
    [InlineData(8192)]
    public void OfALargeVocabularyATokenIsTakenAsInTheSmallOne(int vocabulary)
    {
        using var scope = NewDisposeScope();
        const int Rows = 40;
        var logits = tensor(Enumerable.Range(0, Rows * vocabulary).Select(i => (float)(3 * Math.Sin(i * 1.7))).ToArray()).view(Rows, vocabulary);
        var taken = new TokenSampler(new() { Temperature = 0.8 }).Next(logits, [.. Enumerable.Range(0, Rows).Select(row => new RandomStream(5, row))]);
        var mass = logits.to_type(ScalarType.Float64).div(0.8).softmax(-1);
        for (var row = 0; row < Rows; row++)
        {
            var draw = new RandomStream(5, row).Next();
            var sums = mass[row].cumsum(0).data<double>().ToArray();
            sums[taken[row]].Should().BeGreaterThan(draw - 1e-5); // a float32 probability has an error of 1e-7, a sum of 256 that many times
            (taken[row] == 0 ? 0 : sums[taken[row] - 1]).Should().BeLessThan(draw + 1e-5);
        }
    }

    [Fact]
    public void OfALargeVocabularyNoTokenIsTakenThatHasNoMass()
    {
        using var scope = NewDisposeScope();
        var logits = full([64, 5000], float.NegativeInfinity);
        logits[.., 4000] = 0f; // alone in its block, and what lies behind it has nothing
        var taken = new TokenSampler(new() { Temperature = 1 }).Next(logits, [.. Enumerable.Range(0, 64).Select(row => new RandomStream(2, row))]);
        taken.Should().OnlyContain(id => id == 4000);
    }

    [Fact]
    public void StreamsDifferBySeedAndByPromptAndAreUniform()
    {
        var draws = (from seed in Enumerable.Range(0, 40) from prompt in Enumerable.Range(0, 40) select new RandomStream(seed, prompt).Next()).ToArray();
        draws.Distinct().Should().HaveCount(1600);
        draws.Should().OnlyContain(draw => draw >= 0 && draw < 1);
        draws.Average().Should().BeApproximately(0.5, 4.5 * Math.Sqrt(1.0 / 12 / 1600));
    }

    private static int Next(GenerationOptions options, RandomStream stream)
    {
        using var logits = tensor(Probabilities.Select(p => (float)Math.Log(p)).ToArray()).unsqueeze(0);
        return (int)new TokenSampler(options).Next(logits, [stream])[0];
    }
}
