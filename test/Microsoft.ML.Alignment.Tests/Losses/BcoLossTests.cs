using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class BcoLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.5, true, 0.693147181)]
    [InlineData(-0.8, false, 0.630258195)]
    public void LossIsThatOfTheReferenceNumbers(double logRatio, bool isDesirable, double expected)
    {
        var loss = BcoLoss.Compute(new(tensor([logRatio]), tensor([isDesirable])), tensor(0.05), beta: 0.1);

        loss.Loss.item<double>().Should().BeApproximately(expected, 1e-9);
        loss.Reward.item<double>().Should().BeApproximately(0.1 * logRatio, 1e-12);
    }

    [Fact]
    public void LossEqualsAnIndependentComputation()
    {
        var random = new Random(4);
        foreach (var (beta, shift) in new[] { (0.1, 0d), (0.5, -0.7), (3, 0.2) })
        {
            var ratios = Enumerable.Range(0, 7).Select(_ => 6 * (random.NextDouble() - 0.5)).ToArray();
            bool[] labels = [true, true, false, true, false, false, true];

            var loss = BcoLoss.Compute(new(tensor(ratios.Select(r => (float)r).ToArray()), tensor(labels)), tensor((float)shift), beta);

            for (var i = 0; i < ratios.Length; i++)
                Near.Relative(loss.Loss[i].item<float>(), PlainFeedback.Bco(ratios[i], labels[i], shift, beta), 1e-5);
        }
    }

    /// <summary>−log σ(a − δ) − log σ(δ − b) with δ = (a + b)/2 is −2 log σ((a − b)/2), and log σ is concave.</summary>
    [Fact]
    public void APairsLossBoundsDpoAndMostTightlyAtTheMidpointOfItsRewards()
    {
        var (a, b) = (0.9, -0.3);
        var dpo = -ScalarMath.LogSigmoid(a - b);
        var pair = new LabelledValues(tensor([a, b]), tensor([true, false]));
        double Sum(double shift) => BcoLoss.Compute(pair, tensor(shift), beta: 1).Loss.sum().item<double>();

        var best = Sum((a + b) / 2);

        best.Should().BeApproximately(-2 * ScalarMath.LogSigmoid((a - b) / 2), 1e-12).And.BeGreaterThan(dpo);
        new[] { -1, 0, 0.29, 0.31, 2 }.Should().AllSatisfy(shift => Sum(shift).Should().BeGreaterThan(best));
    }

    [Fact]
    public void GradientEqualsFiniteDifferences()
    {
        var labels = tensor([true, false, true, false, false]);

        Near.RequireGradient(x => BcoLoss.Compute(new(x, labels), tensor(0.4), 0.3).Loss.sum(), [-3, 2.5, 0.4, -0.1, 7]);
    }

    [Fact]
    public void RewardsCarryNoGradient()
    {
        var loss = BcoLoss.Compute(new(rand(2, requires_grad: true), tensor([true, false])), zeros([]), 0.1);

        (loss.Reward.requires_grad, loss.Loss.requires_grad).Should().Be((false, true));
    }
}
