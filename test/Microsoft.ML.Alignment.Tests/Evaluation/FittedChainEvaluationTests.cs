using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class FittedChainEvaluationTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    private const double Beta = 0.3;

    private IDataView Scored => chain.Fitted.Transform(chain.Pairs);

    [Fact]
    public void PreferencesOfAPolicyAreItsImplicitRewards()
    {
        var metrics = chain.Context.Alignment().EvaluatePreferences(Scored);
        metrics.Margins.Should().HaveCount(AlignedChain.Rows.Length);
        metrics.Margins.Zip(Scored.GetColumn<float>("ImplicitRewardMargin")).Should().OnlyContain(m => Math.Abs(m.First - m.Second) < 1e-5);
    }

    [Fact]
    public void ARewardModelIsEvaluatedWithinItsChain()
    {
        var metrics = chain.Context.Alignment().EvaluateRewardModel(Scored);
        var margins = Scored.GetColumn<float>("RewardMargin").ToArray();
        metrics.Accuracy.Value.Should().Be(margins.Average(margin => margin > 0 ? 1.0 : 0));
        metrics.Margin.Value.Should().BeApproximately(margins.Average(), 1e-5);
        metrics.LengthCorrelation.Value.Should().BeInRange(-1, 1);
    }

    [Fact]
    public void LogProbsOfPairsAreThoseOfTheirCompletions()
    {
        var model = chain.Fitted.LastTransformer.Model;
        var metrics = model.EvaluatePreferences(chain.Pairs);
        var chosen = model.ScoreCompletions(chain.Pairs, new() { CompletionColumnName = "Chosen" });
        var rejected = model.ScoreCompletions(chain.Pairs, new() { CompletionColumnName = "Rejected" });
        metrics.Summed.Margins.Zip(chosen.Zip(rejected, (c, r) => c.Sum - r.Sum)).Should().OnlyContain(m => Math.Abs(m.First - m.Second) < 1e-4);
        metrics.PerToken.Margins.Zip(chosen.Zip(rejected, (c, r) => c.Mean - r.Mean)).Should().OnlyContain(m => Math.Abs(m.First - m.Second) < 1e-4);
    }

    // β (log π(c) − log π_ref(c)) − β (log π(r) − log π_ref(r)): the margin of the implicit rewards is β times the difference of the two models' margins.
    [Fact]
    public void ComparedWithItsReferenceAPolicyHasItsImplicitRewardMargin()
    {
        var (policy, reference) = (chain.Stage<PolicyTransformer>(3).Model, chain.Stage<PolicyTransformer>(1).Model);
        var comparison = policy.EvaluatePreferences(chain.Pairs).Summed.CompareWith(reference.EvaluatePreferences(chain.Pairs).Summed);
        var expected = chain.Context.Alignment().EvaluatePreferences(Scored).Margin;
        (Beta * comparison.Margin.Value).Should().BeApproximately(expected.Value, 1e-4);
        (Beta * comparison.Margin.Lower).Should().BeApproximately(expected.Lower, 1e-4);
    }
}
