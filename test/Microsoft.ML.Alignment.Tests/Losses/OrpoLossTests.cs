using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class OrpoLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>
    /// Log-probabilities per token -0.5 and -1.2: log odds -0.5 - ln(1 - e^-0.5) and -1.2 - ln(1 - e^-1.2), which differ by 1.274369712,
    /// with log σ of it -0.246553113.
    /// </summary>
    [Fact]
    public void LossAndDetailsAreThoseOfTheReferenceNumbers()
    {
        var loss = OrpoLoss.Compute(PairLossChecks.Tensors([new(-1.5, -6, 3, 5)]), weight: 0.1);

        loss.Loss.item<double>().Should().BeApproximately(0.0246553113, 1e-9);
        Detail(loss, "log_odds_chosen").item<double>().Should().BeApproximately(1.274369712, 1e-9);
        Detail(loss, "log_odds_ratio").item<double>().Should().BeApproximately(-0.246553113, 1e-9);
        loss.ChosenReward.item<double>().Should().BeApproximately(-0.05, 1e-12);
        loss.RejectedReward.item<double>().Should().BeApproximately(-0.12, 1e-12);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(3)]
    public void ValueAndGradientEqualAnIndependentComputation(double weight)
    {
        double LogOdds(double logProb) => logProb - Math.Log(1 - Math.Exp(logProb));

        PairLossChecks.RequireEqual(PairLossChecks.Pairs(1), p => OrpoLoss.Compute(p, weight),
            (p, _) => -weight * ScalarMath.LogSigmoid(LogOdds(p.MeanChosen) - LogOdds(p.MeanRejected)));
    }

    /// <summary>log odds of p is log p where p is small: the odds ratio of unlikely completions is their probability ratio.</summary>
    [Theory]
    [InlineData(-1e-6, -13.815511058)]
    [InlineData(-0.1, -2.352168461)]
    [InlineData(-0.693147, -0.693147181)]
    [InlineData(-1, -0.458675145)]
    [InlineData(-20, -0.000000002)]
    public void LogOddsKeepTheirDigitsFromCertainToImpossible(double logProb, double log1MinusExp)
    {
        var loss = OrpoLoss.Compute(PairLossChecks.Tensors([new(logProb, -1, 1, 1)]), weight: 1);

        Detail(loss, "log_odds_chosen").item<double>().Should().BeApproximately(logProb - log1MinusExp - (-1 - -0.458675145), 2e-6);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1e-9f)]
    [InlineData(-0.6931472f)]
    [InlineData(-1e4f)]
    public void LossAndGradientAreFiniteHoweverCertainTheModelIs(float logProb)
    {
        foreach (var chosen in new[] { true, false })
        {
            var x = tensor(new[] { logProb }, requires_grad: true);
            var other = tensor(new[] { -2f });

            var loss = OrpoLoss.Compute(new(chosen ? new(x, other) : new(other, x), new(ones(1), ones(1))), 0.1).Loss;
            loss.sum().backward();

            float.IsFinite(loss.item<float>()).Should().BeTrue();
            float.IsFinite(x.grad!.item<float>()).Should().BeTrue();
        }
    }

    [Fact]
    public void SwappingThePairNegatesTheLogOddsRatio()
    {
        var pairs = PairLossChecks.Tensors(PairLossChecks.Pairs(5));
        PairLogProbs swapped = new(new(pairs.Sum.Rejected, pairs.Sum.Chosen), new(pairs.TokenCount.Rejected, pairs.TokenCount.Chosen));

        var (straight, other) = (OrpoLoss.Compute(pairs, 1), OrpoLoss.Compute(swapped, 1));

        Detail(other, "log_odds_chosen").allclose(-Detail(straight, "log_odds_chosen"), atol: 1e-12).Should().BeTrue();
        (straight.Loss - other.Loss).allclose(-Detail(straight, "log_odds_chosen"), atol: 1e-10).Should().BeTrue();
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.5)]
    public void LossAndMetricsEqualTrls(int entry, double weight)
    {
        var golden = new RecordedLosses();

        var loss = OrpoLoss.Compute(golden.LogProbs("policy_logps"), weight);

        // TRL's supervised term is over the prompt too, of which only its value is recorded.
        Near.Relative(loss.Loss.mean().item<float>() + golden.Metric("orpo", entry, "nll_loss"), golden.Loss("orpo", entry), 1e-4);
        Near.Relative(loss.ChosenReward.mean().item<float>(), golden.Metric("orpo", entry, "rewards/chosen"), 1e-4);
        Near.Relative(loss.RejectedReward.mean().item<float>(), golden.Metric("orpo", entry, "rewards/rejected"), 1e-4);
        foreach (var detail in loss.Details)
            Near.Relative(detail.Values.mean().item<float>(), golden.Metric("orpo", entry, detail.Name), 1e-4);
    }

    private static Tensor Detail(PreferenceLoss loss, string name) => loss.Details.Single(detail => detail.Name == name).Values;
}
