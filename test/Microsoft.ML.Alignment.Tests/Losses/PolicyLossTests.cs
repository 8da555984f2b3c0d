using Microsoft.ML.Alignment.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class PolicyLossTests : IDisposable
{
    private static readonly double[] New = [-1.2, -0.3, -2.5, -0.8, -0.1, -3.3];
    private static readonly double[] Old = [-1.0, -0.9, -2.0, -0.85, -1.9, -3.0];
    private static readonly double[] Advantages = [0.7, -1.1, 1.4, 0, -0.6, 2.2];
    private static readonly int[] Lengths = [3, 1, 2];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<PolicyLoss.Clipped> Variants { get; } =
    [
        new PolicyLoss.Clipped(),
        new PolicyLoss.Clipped { Range = 0.1, HighRange = 0.28 },
        new PolicyLoss.Clipped { MaxRatio = 3 },
        new PolicyLoss.Clipped { Ratio = RatioLevel.CompletionMean, Range = 0.05 },
        new PolicyLoss.Clipped { Ratio = RatioLevel.Completion, HighRange = 0.5 },
    ];

    [Theory]
    [MemberData(nameof(Variants))]
    public void LossEqualsAnIndependentComputation(PolicyLoss.Clipped variant)
    {
        var loss = variant.Compute(Tokens(tensor(New)));

        var (start, actual) = (0, loss.Loss.data<double>().ToArray());
        foreach (var length in Lengths)
        {
            var ratios = PlainPolicyGradient.Ratios([.. Enumerable.Range(start, length).Select(i => New[i] - Old[i])], variant.Ratio);
            for (var t = 0; t < length; t++)
            {
                var expected = PlainPolicyGradient.Clipped(
                    ratios[t], Advantages[start + t], 1 - variant.Range, 1 + (variant.HighRange ?? variant.Range), variant.MaxRatio);
                Near.Relative(actual[start + t], expected, 1e-12, $"token {start + t}");
            }

            start += length;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void GradientEqualsFiniteDifferences(PolicyLoss.Clipped variant) =>
        Near.RequireGradient(x => variant.Compute(Tokens(x)).Loss.sum(), New);

    [Theory]
    [InlineData(RatioLevel.Token)]
    [InlineData(RatioLevel.CompletionMean)]
    [InlineData(RatioLevel.Completion)]
    public void WithoutAMoveTheLossIsThePlainPolicyGradient(RatioLevel level)
    {
        var logProbs = tensor(Old).requires_grad_();
        var loss = new PolicyLoss.Clipped { Ratio = level, MaxRatio = 2 }.Compute(Tokens(logProbs));

        loss.Loss.sum().backward();

        // ρ = 1, so ∂(−ρA) = −A of the token; at the level of completions a token has its share in all of the completion's.
        loss.Ratios.data<double>().Should().AllBeEquivalentTo(1d);
        loss.IsClippedLow.logical_or(loss.IsClippedHigh).any().item<bool>().Should().BeFalse();
        double[] Sums(int from, int length) => [.. Enumerable.Repeat(Advantages[from..(from + length)].Sum(), length)];
        double[] sums = [.. Sums(0, 3), .. Sums(3, 1), .. Sums(4, 2)];
        double[] means = [sums[0] / 3, sums[1] / 3, sums[2] / 3, sums[3], sums[4] / 2, sums[5] / 2];
        var expected = level switch { RatioLevel.Token => Advantages, RatioLevel.CompletionMean => means, _ => sums };
        logProbs.grad!.data<double>().ToArray().Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First + pair.Second) < 1e-12);
    }

    [Fact]
    public void CispoGivesEveryTokenAGradientOfItsTruncatedWeight()
    {
        var logProbs = tensor(New).requires_grad_();

        var loss = new PolicyLoss.Cispo { MaxRatio = 1.5 }.Compute(Tokens(logProbs));
        loss.Loss.sum().backward();

        var gradient = logProbs.grad!.data<double>().ToArray();
        for (var i = 0; i < New.Length; i++)
        {
            var weight = Math.Min(Math.Exp(New[i] - Old[i]), 1.5);
            gradient[i].Should().BeApproximately(-weight * Advantages[i], 1e-12);
            loss.Loss[i].item<double>().Should().BeApproximately(-weight * Advantages[i] * New[i], 1e-12);
        }
    }

    [Fact]
    public void RareTokensOfGreatRatioKeepAFiniteLoss()
    {
        var tokens = new SampledTokens(tensor(new[] { -0.1f }), tensor(new[] { -80f }), tensor(new[] { -1f }), RaggedRollout.Sequences([1]));

        new PolicyLoss.Clipped { MaxRatio = 3 }.Compute(tokens).Loss.item<float>().Should().Be(3);
    }

    [Fact]
    public void ValueLossEqualsAnIndependentComputationAndItsGradientFiniteDifferences()
    {
        double[] values = [0.5, 0.9, -0.2, 1.4], old = [0.4, 0.5, 0.1, 1.3], returns = [1.2, 0.4, -0.9, 1.5];

        var (loss, clipped) = ClippedValueLoss.Compute(tensor(values), tensor(old), tensor(returns), 0.2);

        for (var i = 0; i < values.Length; i++)
            loss[i].item<double>().Should().BeApproximately(PlainPolicyGradient.Value(values[i], old[i], returns[i], 0.2), 1e-12);
        // 0.9 may only be 0.7, which is nearer to 0.4; −0.2 may only be −0.1, which is farther from −0.9.
        clipped.data<bool>().ToArray().Should().Equal(false, false, true, false);
        Near.RequireGradient(x => ClippedValueLoss.Compute(x, tensor(old), tensor(returns), 0.2).Loss.sum(), values);
        Near.RequireGradient(x => ClippedValueLoss.Compute(x, tensor(old), tensor(returns), null).Loss.sum(), values);
    }

    [Theory]
    [InlineData(0.2, 0.02, 0.018730753)]
    [InlineData(-0.1, 0.005, 0.005170918)]
    [InlineData(-0.5, 0.125, 0.148721271)]
    public void EstimatesAreThoseOfTheReferenceNumbers(double difference, double k2, double k3)
    {
        double Estimate(KLEstimator estimator) => KLEstimate.Compute(estimator, tensor(difference - 2), tensor(-2d)).item<double>();

        Estimate(KLEstimator.K1).Should().BeApproximately(difference, 1e-12);
        Estimate(KLEstimator.K2).Should().BeApproximately(k2, 1e-9);
        Estimate(KLEstimator.K3).Should().BeApproximately(k3, 1e-9);
    }

    [Fact]
    public void ExpectedGradientsPointWhereTheirEstimatorSays()
    {
        // Over all outcomes of a small distribution, so that the expectation is exact.
        double[] logits = [0.3, -1.1, 0.8, 0.2], reference = [-0.5, 0.4, 0.1, 0];
        Tensor Expected(Tensor x, KLEstimator estimator)
        {
            var (p, q) = (x.log_softmax(0), tensor(reference).log_softmax(0));
            var weight = estimator is KLEstimator.WeightedK3 ? p.exp() : p.detach().exp(); // π_old · ρ = π
            return weight.mul(KLEstimate.Compute(estimator, p, q)).sum();
        }

        double[] Gradient(Func<Tensor, Tensor> function)
        {
            var x = tensor(logits).requires_grad_();
            function(x).backward();
            return x.grad!.data<double>().ToArray();
        }

        var reverse = Gradient(x => x.softmax(0).mul(x.log_softmax(0) - tensor(reference).log_softmax(0)).sum());
        var forward = Gradient(x => -tensor(reference).softmax(0).mul(x.log_softmax(0)).sum());
        Difference(Gradient(x => Expected(x, KLEstimator.K2)), reverse).Should().BeLessThan(1e-12);
        Difference(Gradient(x => Expected(x, KLEstimator.WeightedK3)), reverse).Should().BeLessThan(1e-12);
        Difference(Gradient(x => Expected(x, KLEstimator.K3)), forward).Should().BeLessThan(1e-12);
        Difference(Gradient(x => Expected(x, KLEstimator.K1)), [0, 0, 0, 0]).Should().BeLessThan(1e-12, "k1 in a loss teaches nothing");
    }

    [Theory]
    [InlineData(TokenAveraging.Completion, 0.125, 0.25)]
    [InlineData(TokenAveraging.Step, 0.1, 0.1)]
    [InlineData(TokenAveraging.MaxLength, 0.05, 0.05)]
    public void WeightsAreThoseOfTheirAverage(TokenAveraging averaging, double ofFour, double ofTwo)
    {
        var weights = new TokenWeights(averaging, Completions: 2, Tokens: 10, MaxLength: 10);

        (weights.Of(4), weights.Of(2)).Should().Be((ofFour, ofTwo));
    }

    private static double Difference(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static SampledTokens Tokens(Tensor logProbs) =>
        new(logProbs, tensor(Old), tensor(Advantages), RaggedRollout.Sequences(Lengths));
}
