using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class CpoLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>0.1·(-12 + 15) = 0.3: -log σ(0.3) = 0.554355244 and 1 - 0.3. A token: -2 + 1.875 - 1/0.2 = -5.125.</summary>
    [Fact]
    public void LossesAreThoseOfTheReferenceNumbers()
    {
        var pair = new PlainPair(-12, -15, 6, 8);

        PairLossChecks.Single(pair, p => CpoLoss.Sigmoid(p, 0.1)).Should().BeApproximately(0.554355244, 1e-9);
        PairLossChecks.Single(pair, p => CpoLoss.Hinge(p, 0.1)).Should().BeApproximately(0.7, 1e-12);
        PairLossChecks.Single(pair, p => CpoLoss.SquaredPerToken(p, 0.1)).Should().BeApproximately(5.125 * 5.125, 1e-12);
    }

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0.7, 0.3)]
    public void ValueAndGradientEqualAnIndependentComputation(double beta, double smoothing)
    {
        double Loss(double m) => -((1 - smoothing) * ScalarMath.LogSigmoid(m)) - (smoothing * ScalarMath.LogSigmoid(-m));

        PairLossChecks.RequireEqual(
            PairLossChecks.Pairs(1), p => CpoLoss.Sigmoid(p, beta, smoothing), (p, _) => Loss(beta * (p.Chosen - p.Rejected)));
        PairLossChecks.RequireEqual(
            PairLossChecks.Pairs(2), p => CpoLoss.Hinge(p, beta), (p, _) => Math.Max(0, 1 - (beta * (p.Chosen - p.Rejected))));
        PairLossChecks.RequireEqual(
            PairLossChecks.Pairs(3), p => CpoLoss.SquaredPerToken(p, beta),
            (p, _) => Math.Pow(p.MeanChosen - p.MeanRejected - (0.5 / beta), 2));
    }

    [Fact]
    public void ItIsDpoWithAReferenceThatPrefersNeitherSide()
    {
        var pairs = PairLossChecks.Tensors(PairLossChecks.Pairs(4));
        var indifferent = new Pair(full_like(pairs.Sum.Chosen, -3), full_like(pairs.Sum.Rejected, -3));

        var dpo = new PairLoss.Sigmoid { LabelSmoothing = 0.1 }.Evaluate(pairs, pairs with { Sum = indifferent }, 0.3);
        var cpo = CpoLoss.Sigmoid(pairs, 0.3, 0.1);

        cpo.Loss.allclose(dpo.Loss, atol: 1e-12).Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void LossAndRewardsEqualTrls(int entry)
    {
        var golden = new RecordedLosses();
        var policy = golden.LogProbs("policy_logps");

        var loss = entry switch
        {
            1 => CpoLoss.Hinge(policy, 0.1),
            2 => CpoLoss.SquaredPerToken(policy, 0.1),
            _ => CpoLoss.Sigmoid(policy, 0.1, labelSmoothing: entry == 3 ? 0.1 : 0),
        };

        Near.Relative(loss.Loss.mean().item<float>() + golden.ChosenNegativeLogLikelihood, golden.Loss("cpo", entry), 1e-4);
        Near.Relative(loss.ChosenReward.mean().item<float>(), golden.Metric("cpo", entry, "rewards/chosen"), 1e-4);
        Near.Relative(loss.RejectedReward.mean().item<float>(), golden.Metric("cpo", entry, "rewards/rejected"), 1e-4);
    }
}
