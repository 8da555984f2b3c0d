using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class DpoLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void LossIsLn2WhenPolicyEqualsReference(double smoothing) =>
        DpoLoss.Compute(zeros(3), beta: 0.7, smoothing).data<float>()
            .Should().AllSatisfy(x => x.Should().BeApproximately(MathF.Log(2), 1e-6f));

    [Fact]
    public void LossEqualsAnIndependentComputation()
    {
        var random = new Random(5);
        foreach (var (beta, smoothing) in new[] { (0.1, 0d), (0.5, 0.2), (3, 0.49), (20, 0) })
        {
            var margins = Enumerable.Range(0, 7).Select(_ => 100 * (random.NextDouble() - 0.5)).ToArray();

            var loss = DpoLoss.Compute(tensor(margins.Select(m => (float)m).ToArray()), beta, smoothing);

            for (var i = 0; i < margins.Length; i++)
                Near.Relative(loss[i].item<float>(), ScalarMath.Dpo((margins[i], 0), (0, 0), beta, smoothing), 1e-5);
        }
    }

    [Fact]
    public void SwappingThePairNegatesTheMargin()
    {
        var margin = tensor(new[] { -3d, 8, 0.5, 40 });

        // -log σ(z) + log σ(-z) = -z
        (DpoLoss.Compute(margin, 0.4) - DpoLoss.Compute(-margin, 0.4)).allclose(-0.4 * margin, atol: 1e-12).Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void GradientEqualsFiniteDifferences(double smoothing)
    {
        Tensor Loss(Tensor x) => DpoLoss.Compute(x, 0.3, smoothing).sum();
        double[] at = [-3, -8, -1.5, 20, 6];

        Near.RequireGradient(Loss, at);
    }

    [Fact]
    public void SmoothedLossIsTrlsRobustLossUpToItsFactor()
    {
        var margin = tensor(new[] { -3d, 0.7, 12 });
        var (plain, smoothed) = (DpoLoss.Compute(margin, 0.1), DpoLoss.Compute(margin, 0.1, 0.2));

        // With a = -log σ(z), b = -log σ(-z): robust = (0.8 a - 0.2 b) / 0.6 and smoothed = 0.8 a + 0.2 b, so they add up to 1.6 a.
        var zero = tensor(new[] { 0d, 0, 0 });
        var evidence = new PairEvidence(new(new(margin, zero), new(zero, zero)), new(new(zero, zero), new(zero, zero)), Beta: 0.1);
        new PairLoss.Robust { LabelSmoothing = 0.2 }.Compute(evidence).allclose(((1.6 * plain) - smoothed) / 0.6, atol: 1e-12).Should().BeTrue();
    }
}
