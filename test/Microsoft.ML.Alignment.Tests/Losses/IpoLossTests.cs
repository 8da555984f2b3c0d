using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class IpoLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>
    /// log π is -12 of 6 tokens and -15 of 8, log π_ref -12.5 and -14.2: ratios 0.5 and -0.8, so h is 1.3 in sum and 0.5/6 + 0.8/8 =
    /// 0.18333 a token. τ = 0.1 aims at 5: 3.7² and 4.81667².
    /// </summary>
    [Fact]
    public void LossesAndRewardsAreThoseOfTheReferenceNumbers()
    {
        var (policy, reference) = (PairLossChecks.Tensors([new(-12, -15, 6, 8)]), PairLossChecks.Tensors([new(-12.5, -14.2, 6, 8)]));

        var (summed, perToken) = (Summed(policy, reference, 0.1), PerToken(policy, reference, 0.1));

        summed.Loss.item<double>().Should().BeApproximately(13.69, 1e-9);
        perToken.Loss.item<double>().Should().BeApproximately(23.200277778, 1e-9);
        foreach (var loss in new[] { summed, perToken })
        {
            loss.ChosenReward.item<double>().Should().BeApproximately(0.05, 1e-9);
            loss.RejectedReward.item<double>().Should().BeApproximately(-0.08, 1e-9);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(2)]
    public void ValueAndGradientEqualAnIndependentComputation(double tau)
    {
        var policy = PairLossChecks.Pairs(1);
        var reference = policy.Select(p => p with { Chosen = p.Chosen - 1.5, Rejected = 0.7 * p.Rejected }).ToArray();
        var constants = PairLossChecks.Tensors(reference);

        PairLossChecks.RequireEqual(policy, p => Summed(p, constants, tau), (p, i) => Square(
            p.Chosen - reference[i].Chosen - (p.Rejected - reference[i].Rejected) - (0.5 / tau)));
        PairLossChecks.RequireEqual(policy, p => PerToken(p, constants, tau), (p, i) => Square(
            p.MeanChosen - reference[i].MeanChosen - (p.MeanRejected - reference[i].MeanRejected) - (0.5 / tau)));
    }

    /// <summary>(0 - 1/(2·0.25))² = 4.</summary>
    [Fact]
    public void APolicyThatIsItsReferenceIsTheWholeMarginAway()
    {
        var logProbs = PairLossChecks.Tensors(PairLossChecks.Pairs(2));

        foreach (var loss in new[] { Summed(logProbs, logProbs, 0.25), PerToken(logProbs, logProbs, 0.25) })
        {
            loss.Loss.data<double>().Should().AllSatisfy(x => x.Should().BeApproximately(4, 1e-12));
            loss.ChosenReward.data<double>().Should().AllBeEquivalentTo(0d);
        }
    }

    [Fact]
    public void ShiftingPolicyAndReferenceAlikeChangesNothing()
    {
        var (policy, reference) = (PairLossChecks.Pairs(3), PairLossChecks.Pairs(4).Select(Like(PairLossChecks.Pairs(3))).ToArray());
        PlainPair[] Shifted(PlainPair[] pairs) =>
            [.. pairs.Select((p, i) => p with { Chosen = p.Chosen - i, Rejected = p.Rejected - (2 * i) })];

        var loss = PerToken(PairLossChecks.Tensors(policy), PairLossChecks.Tensors(reference), 0.3).Loss;
        var shifted = PerToken(PairLossChecks.Tensors(Shifted(policy)), PairLossChecks.Tensors(Shifted(reference)), 0.3).Loss;

        shifted.allclose(loss, atol: 1e-12).Should().BeTrue();
    }

    /// <summary>(h - c)² - (-h - c)² = -4ch with c = 1/(2τ).</summary>
    [Fact]
    public void SwappingThePairNegatesTheMargin()
    {
        var (policy, reference) = (PairLossChecks.Pairs(5), PairLossChecks.Pairs(6).Select(Like(PairLossChecks.Pairs(5))).ToArray());
        const double tau = 0.4;

        var straight = Summed(PairLossChecks.Tensors(policy), PairLossChecks.Tensors(reference), tau);
        var swapped = Summed(PairLossChecks.Tensors(Swap(policy)), PairLossChecks.Tensors(Swap(reference)), tau);

        var h = (straight.ChosenReward - straight.RejectedReward) / tau;
        (straight.Loss - swapped.Loss).allclose(-4 / (2 * tau) * h, atol: 1e-10).Should().BeTrue();
    }

    [Fact]
    public void LossEqualsTrls()
    {
        var golden = new RecordedLosses();

        var loss = PerToken(golden.LogProbs("policy_logps"), golden.LogProbs("reference_logps"), 0.1);

        Near.Relative(loss.Loss.mean().item<float>(), golden.Loss("dpo", 3), 1e-4);
        Near.Relative(loss.ChosenReward.mean().item<float>(), golden.Metric("dpo", 3, "rewards/chosen"), 1e-4);
        Near.Relative(loss.RejectedReward.mean().item<float>(), golden.Metric("dpo", 3, "rewards/rejected"), 1e-4);
    }

    private static PreferenceLoss Summed(PairLogProbs policy, PairLogProbs reference, double tau) =>
        new PairLoss.IpoSummed().Evaluate(policy, reference, tau);

    private static PreferenceLoss PerToken(PairLogProbs policy, PairLogProbs reference, double tau) =>
        new PairLoss.Ipo().Evaluate(policy, reference, tau);

    private static double Square(double x) => x * x;

    private static PlainPair[] Swap(PlainPair[] pairs) =>
        [.. pairs.Select(p => new PlainPair(p.Rejected, p.Chosen, p.RejectedTokens, p.ChosenTokens))];

    /// <summary>The pair with the token counts of others.</summary>
    private static Func<PlainPair, int, PlainPair> Like(PlainPair[] others) =>
        (pair, i) => pair with { ChosenTokens = others[i].ChosenTokens, RejectedTokens = others[i].RejectedTokens };
}
