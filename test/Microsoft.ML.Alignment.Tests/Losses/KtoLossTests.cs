using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class KtoLossTests : IDisposable
{
    private static readonly FeedbackWeights Equal = new(1, 1);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void LossIsHalfTheWeightWherePolicyEqualsReference()
    {
        var loss = KtoLoss.Compute(Values([0, 0, 0], [true, false, true]), zeros([]), beta: 0.7, new(1.2, 0.8));

        // σ(0) = 1/2 on both sides.
        loss.Loss.data<double>().Should().Equal(0.6, 0.4, 0.6);
        loss.Reward.data<double>().Should().AllBeEquivalentTo(0d);
    }

    [Theory]
    [InlineData(0.5, true, 0.2, 0.492500562)]
    [InlineData(-0.8, false, 0.2, 0.475020813)]
    [InlineData(0.5, true, 0, 0.487502604)]
    [InlineData(-0.8, false, 0, 0.480010660)]
    public void LossIsThatOfTheReferenceNumbers(double logRatio, bool isDesirable, double divergence, double expected)
    {
        var loss = KtoLoss.Compute(Values([logRatio], [isDesirable]), tensor(divergence), beta: 0.1, Equal);

        loss.Loss.item<double>().Should().BeApproximately(expected, 1e-9);
        loss.Reward.item<double>().Should().BeApproximately(0.1 * logRatio, 1e-12, "the reward does not know the divergence");
    }

    [Fact]
    public void LossEqualsAnIndependentComputation()
    {
        var random = new Random(4);
        var (uneven, oneSided) = (new FeedbackWeights(1.3, 0.6), new FeedbackWeights(0, 2));
        foreach (var (beta, divergence, weights) in new[] { (0.1, 0d, Equal), (0.5, 1.7, uneven), (3, 0.2, oneSided) })
        {
            var ratios = Enumerable.Range(0, 7).Select(_ => 10 * (random.NextDouble() - 0.5)).ToArray();
            bool[] labels = [true, true, false, true, false, false, true];

            var values = new LabelledValues(tensor(ratios.Select(r => (float)r).ToArray()), tensor(labels));
            var loss = KtoLoss.Compute(values, tensor((float)divergence), beta, weights);

            for (var i = 0; i < ratios.Length; i++)
            {
                var weight = labels[i] ? weights.Desirable : weights.Undesirable;
                Near.Relative(loss.Loss[i].item<float>(), PlainFeedback.Kto(ratios[i], labels[i], divergence, beta, weight), 1e-6);
            }
        }
    }

    [Fact]
    public void ALargeGainKeepsItsSmallLoss()
    {
        var loss = KtoLoss.Compute(new(tensor(new[] { 30f }), tensor(new[] { true })), zeros([]), beta: 1, Equal);

        // 1 − σ(30) = e^−30 to fifteen digits; in float32, 1 minus the sigmoid would be 0.
        loss.Loss.item<float>().Should().BeApproximately((float)Math.Exp(-30), 1e-18f);
    }

    [Fact]
    public void AGoodCompletionIsPushedUpAndABadOneDown()
    {
        var ratios = tensor([0.3, -0.4], requires_grad: true);

        KtoLoss.Compute(new(ratios, tensor([true, false])), tensor(0.1), 0.5, Equal).Loss.sum().backward();

        var gradient = ratios.grad!.data<double>().ToArray();
        gradient[0].Should().BeNegative();
        gradient[1].Should().BePositive();
    }

    [Fact]
    public void GradientEqualsFiniteDifferences()
    {
        var labels = tensor([true, false, true, false, false]);

        Near.RequireGradient(
            x => KtoLoss.Compute(new(x, labels), tensor(0.4), 0.3, new(1.2, 0.8)).Loss.sum(), [-3, 2.5, 0.4, -0.1, 7]);
    }

    [Fact]
    public void RewardsCarryNoGradient()
    {
        var loss = KtoLoss.Compute(new(rand(2, requires_grad: true), tensor([true, false])), zeros([]), 0.1, Equal);

        (loss.Reward.requires_grad, loss.Loss.requires_grad).Should().Be((false, true));
    }

    private static LabelledValues Values(double[] ratios, bool[] labels) => new(tensor(ratios), tensor(labels));
}
