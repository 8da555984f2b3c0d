using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class SimPoLossTests : IDisposable
{
    /// <summary>Log-probabilities per token of -2 and -1.875.</summary>
    private static readonly PlainPair Pair = new(-12, -15, 6, 8);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>m = 2.5·(-2 + 1.875) - 1.375 = -1.6875: -log σ(m) = 1.857227078, and 1 - m = 2.6875.</summary>
    [Fact]
    public void LossesAreThoseOfTheReferenceNumbers()
    {
        var logistic = PairLossChecks.Single(Pair, p => SimPoLoss.Sigmoid(SimPoLoss.LogRewards(p, 2.5), 1.375));
        var hinge = PairLossChecks.Single(Pair, p => SimPoLoss.Hinge(SimPoLoss.LogRewards(p, 2.5), 1.375));
        var shaped = PairLossChecks.Single(Pair, p => SimPoLoss.Sigmoid(SimPoLoss.AlphaRewards(p, 2.5, 0.25), 0.5));

        logistic.Should().BeApproximately(1.857227078, 1e-9);
        hinge.Should().BeApproximately(2.6875, 1e-12);
        shaped.Should().BeApproximately(1.318573035, 1e-9);
    }

    [Theory]
    [InlineData(2.5, 1.375, 0)]
    [InlineData(10, 3, 0.1)]
    [InlineData(0.4, 0, 0.45)]
    public void ValueAndGradientEqualAnIndependentComputation(double beta, double gamma, double smoothing)
    {
        double Loss(double m) => -((1 - smoothing) * ScalarMath.LogSigmoid(m)) - (smoothing * ScalarMath.LogSigmoid(-m));

        PairLossChecks.RequireEqual(PairLossChecks.Pairs(1), p => SimPoLoss.Sigmoid(SimPoLoss.LogRewards(p, beta), gamma, smoothing),
            (p, _) => Loss((beta * p.MeanChosen) - (beta * p.MeanRejected) - gamma));
        PairLossChecks.RequireEqual(PairLossChecks.Pairs(2), p => SimPoLoss.Hinge(SimPoLoss.LogRewards(p, beta), gamma),
            (p, _) => Math.Max(0, 1 + gamma - (beta * (p.MeanChosen - p.MeanRejected))));
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(-0.5)]
    [InlineData(1)]
    public void RewardsOfAnotherShapeEqualAnIndependentComputation(double alpha)
    {
        double Reward(double logProb) => 2.5 * (1 - Math.Pow(Math.Exp(logProb), -alpha)) / alpha;

        PairLossChecks.RequireEqual(PairLossChecks.Pairs(3), p => SimPoLoss.Sigmoid(SimPoLoss.AlphaRewards(p, 2.5, alpha), 0.5),
            (p, _) => -ScalarMath.LogSigmoid(Reward(p.MeanChosen) - Reward(p.MeanRejected) - 0.5));
    }

    [Fact]
    public void TheShapeOfTheRewardBecomesTheLogarithmAsAlphaGoesToZero()
    {
        var pairs = PairLossChecks.Tensors(PairLossChecks.Pairs(4));

        var (shaped, plain) = (SimPoLoss.AlphaRewards(pairs, 2.5, 1e-7), SimPoLoss.LogRewards(pairs, 2.5));

        shaped.Chosen.allclose(plain.Chosen, rtol: 1e-5, atol: 1e-6).Should().BeTrue();
        shaped.Rejected.allclose(plain.Rejected, rtol: 1e-5, atol: 1e-6).Should().BeTrue();
    }

    [Fact]
    public void ACompletionThatIsAlmostImpossibleHasAFiniteReward()
    {
        var policy = new PairLogProbs(new(tensor(new[] { -1e4f }), tensor(new[] { -2f })), new(ones(1), ones(1)));

        var rewards = SimPoLoss.AlphaRewards(policy, beta: 10, alpha: 2);

        rewards.Chosen.isfinite().all().item<bool>().Should().BeTrue();
        SimPoLoss.Sigmoid(rewards, 0.5).Loss.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void AGammaOfTheAuthorsRatioTimesBetaIsTheAbsoluteGamma()
    {
        new SimPoMargin.RatioToBeta { Ratio = 0.55 }.Gamma(2.5).Should().BeApproximately(1.375, 1e-12);
        new SimPoMargin.Absolute { Value = 1.375 }.Gamma(2.5).Should().Be(1.375);
        new SimPoMargin.RatioToBeta().Gamma(8).Should().Be(2, "it grows with beta");
        new SimPoMargin.Absolute().Gamma(8).Should().Be(0.5, "it does not");
    }

    [Fact]
    public void SwappingThePairNegatesTheMargin()
    {
        var pairs = PairLossChecks.Tensors(PairLossChecks.Pairs(5));
        var rewards = SimPoLoss.LogRewards(pairs, 2);

        var straight = SimPoLoss.Sigmoid(rewards, gamma: 0);
        var swapped = SimPoLoss.Sigmoid(new(rewards.Rejected, rewards.Chosen), gamma: 0);

        // -log σ(m) + log σ(-m) = -m
        (straight.Loss - swapped.Loss).allclose(-rewards.Margin, atol: 1e-12).Should().BeTrue();
    }

    [Theory]
    [InlineData(4, 2, 0.5, 0)]
    [InlineData(5, 2.5, 1.375, 0.5)]
    public void LossAndRewardsEqualTrls(int entry, double beta, double gamma, double sftWeight)
    {
        var golden = new RecordedLosses();

        var loss = SimPoLoss.Sigmoid(SimPoLoss.LogRewards(golden.LogProbs("policy_logps"), beta), gamma);

        RequireRecorded(golden, entry, loss, sftWeight);
    }

    [Fact]
    public void AlphaPoEqualsTrls()
    {
        var golden = new RecordedLosses();

        var loss = SimPoLoss.Sigmoid(SimPoLoss.AlphaRewards(golden.LogProbs("policy_logps"), 2.5, 0.25), 0.5);

        RequireRecorded(golden, 6, loss, sftWeight: 0);
    }

    private static void RequireRecorded(RecordedLosses golden, int entry, PreferenceLoss loss, double sftWeight)
    {
        Near.Relative(loss.Loss.mean().item<float>() + (sftWeight * golden.ChosenNegativeLogLikelihood), golden.Loss("cpo", entry), 1e-4);
        Near.Relative(loss.ChosenReward.mean().item<float>(), golden.Metric("cpo", entry, "rewards/chosen"), 1e-4);
        Near.Relative(loss.RejectedReward.mean().item<float>(), golden.Metric("cpo", entry, "rewards/rejected"), 1e-4);
    }
}
