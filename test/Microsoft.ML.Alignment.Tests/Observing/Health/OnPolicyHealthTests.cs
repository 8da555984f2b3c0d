using Microsoft.ML.Alignment.Observing.Health;

namespace Microsoft.ML.Alignment.Tests.Observing.Health;

public sealed class OnPolicyHealthTests
{
    [Fact]
    public void AHealthyRunGetsNoAdvice() => Healthy().Check().Should().BeEmpty();

    [Theory]
    [InlineData("reward")]
    [InlineData("rewards/rule/mean")]
    [InlineData("true_score")]
    [InlineData("win_rate")]
    public void ARewardThatRisesWhileTheHeldOutScoreFallsIsNamed(string score) => Only(
        Healthy().WithEvaluation(score, t => 0.7 + t - (1.5 * t * t)), "reward_hacking", $"*objective/scores from 0.*to 0.*held out {score} falls (from 0.87 in step 20 to 0.20)*", "*KL coefficient*");

    [Fact]
    public void AScoreThatFallsWithTheRewardIsNoHacking() =>
        Healthy().With("objective/scores", t => 1 - t).WithEvaluation("reward", t => 1 - t).Check().Should().BeEmpty();

    [Fact]
    public void AScoreThatFallsALittleIsUsual() => Healthy().WithEvaluation("reward", t => 0.7 - (0.01 * t)).Check().Should().BeEmpty();

    [Fact]
    public void ADivergenceThatRunsAwayIsNamed() => Only(
        Healthy().With("objective/kl", t => 60 * t * t), "kl_runs_away", "*objective/kl is 4*nats*", "*learning rate*");

    [Fact]
    public void AnEntropyThatCollapsesIsNamed() => Only(
        Healthy().With("objective/entropy", t => 5 * Math.Exp(-4 * t)), "entropy_collapses", "*objective/entropy was 3*is 0.1*", "*EntropyCoefficient*");

    [Fact]
    public void AnEntropyThatFallsToAThirdIsFine() => Healthy().With("objective/entropy", t => 5 * Math.Exp(-t)).Check().Should().BeEmpty();

    [Fact]
    public void GroupsThatAreAllEqualAreNamed() => Only(
        Healthy().With("frac_reward_zero_std", t => 0.4 + (0.58 * t)), "groups_equal", "*9*of the groups*", "*GroupSize*");

    [Fact]
    public void RatiosThatAreMostlyClippedAreNamed() => Only(
        Healthy().With("policy/clipfrac_avg", t => 0.6 * t), "clip_fraction", "*5*of the tokens*", "*Passes*");

    [Fact]
    public void ACriticThatExplainsNothingIsNamed() => Only(
        Healthy().With("val/value_error", _ => 0.9), "critic_explains_nothing", "*squared error is 0.9*variance 0.75*", "*CriticStart*");

    [Fact]
    public void ACriticOfReturnsThatAreAllEqualHasNothingToExplain() => new Runs { Noise = 0 }
        .With("val/value_error", _ => 0.9).With("val/return_mean", _ => 0.5).With("val/return_square_mean", _ => 0.25).Check().Should().BeEmpty();

    [Fact]
    public void LengthsThatDriftAreNamedWithTheReward() => Only(
        Healthy().With("completions/mean_length", t => 10 + (10 * t)), "length_drifts", "*longer: 11 tokens*19 now*", "*reward pays for length*");

    [Fact]
    public void CompletionsThatAreCutAreNamed() => Only(
        Healthy().With("completions/clipped_ratio", t => 0.5 * t), "completions_truncated", "*4*MaxCompletionTokens*", "*MissingEndPenalty*");

    private static Runs Healthy() => new Runs()
        .Without("rewards/margins").Without("rewards/accuracies").Without("logps/chosen").Without("logps/rejected").Without("kl").Without("logps/end")
        .Without("completions/mean_length").Without("completions/clipped_ratio")
        .With("objective/scores", t => 0.2 + (0.6 * t))
        .With("objective/kl", t => 2 * t)
        .With("objective/entropy", t => 5 - (2 * t))
        .With("frac_reward_zero_std", t => 0.2 + (0.5 * t))
        .With("policy/clipfrac_avg", t => 0.1 + (0.1 * t))
        .With("val/value_error", _ => 0.3)
        .With("val/return_mean", _ => 0.5)
        .With("val/return_square_mean", _ => 1)
        .With("completions/mean_length", t => 18 + (3 * t))
        .With("completions/clipped_ratio", _ => 0.05)
        .WithEvaluation("reward", t => 0.2 + (0.5 * t));

    private static void Only(Runs run, string name, string finding, string advice)
    {
        var only = run.Check().Should().ContainSingle().Subject;
        only.Name.Should().Be(name);
        only.Finding.Should().Match(finding);
        only.Advice.Should().Match(advice);
    }
}
