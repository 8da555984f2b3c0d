using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Tests.Observing.Health;

public sealed class HealthCheckTests
{
    [Fact]
    public void AHealthyRunGetsNoAdvice() => new Runs().Check().Should().BeEmpty();

    [Fact]
    public void ARunThatHasJustBegunGetsNoAdvice() => HealthCheck.Of(
        new([new(1, false, new Dictionary<string, double> { ["loss"] = 0.69, ["learning_rate"] = 0 })]), new() { LargestB = 0 }).Should().BeEmpty();

    [Fact]
    public void ChosenThatFallWhileMarginsGrowAreNamed() => Only(
        new Runs().With("logps/chosen", t => -50 - (30 * t)),
        "chosen_falls", "*logps/chosen from -5*to -7*margin grows*", "*SftWeight*");

    [Fact]
    public void ChosenThatFallALittleAreUsual() => new Runs().With("logps/chosen", t => -50 - (3 * t)).Check().Should().BeEmpty();

    [Fact]
    public void ChosenThatFallOnTheValidationSetCountMore() => Only(
        new Runs().WithEvaluation("logps/chosen", t => -40 - (20 * t)), "chosen_falls", "*from -40.0 to -60.0 nats*", "*Beta*");

    [Fact]
    public void NoiseIsNoFall() =>
        new Runs { Noise = 0.5 }.With("logps/chosen", t => -50 - (6 * t)).Check().Should().NotContain(advice => advice.Name == "chosen_falls");

    [Fact]
    public void AMarginThatGrowsWithoutAccuracyIsNamed() => Only(
        new Runs().With("rewards/accuracies", t => t == 0 ? 0 : 0.6), "accuracy_flat", "*rewards/margins*rewards/accuracies 60*60*", "*easy pairs*");

    [Fact]
    public void SoItIsForARewardModel()
    {
        var run = new Runs().Without("rewards/margins").Without("rewards/accuracies").With("margin", t => 2 * t).With("accuracy", t => 0.55);

        Only(run, "accuracy_flat", "*(margin from*accuracy 55*", "*cleaner pairs*");
    }

    [Fact]
    public void AnAccuracyThatCannotRiseIsFine() => new Runs().With("rewards/accuracies", t => 0.97).Check().Should().BeEmpty();

    [Theory]
    [InlineData("kl")]
    [InlineData("objective/kl")]
    public void ADivergenceThatRunsAwayIsNamed(string name) => Only(
        new Runs().Without("kl").With(name, t => 60 * t * t), "kl_runs_away", $"*{name} is 4*nats*1*half-way*", "*Beta*");

    [Fact]
    public void ADivergenceThatGrowsEvenlyIsFine() => new Runs { Noise = 0 }.With("kl", t => 9 * t).Check().Should().BeEmpty();

    [Theory]
    [InlineData(20.0, "*longer: 20 tokens*40 now (2.0 times)*")]
    [InlineData(-10.0, "*shorter: 20 tokens*10 now (0.5 times)*")]
    public void LengthsThatDriftAreNamed(double change, string finding) => Only(
        new Runs().WithEvaluation("completions/mean_length", t => 20 + (change * t)), "length_drifts", finding, "*length alone*");

    [Fact]
    public void ImitationMayChangeLengths() => new Runs()
        .Without("rewards/margins").Without("rewards/accuracies").WithEvaluation("completions/mean_length", t => 20 + (80 * t)).Check().Should().BeEmpty();

    [Fact]
    public void AnUnlikelyEndTokenIsNamed() => Only(
        new Runs().WithEvaluation("logps/end", t => -1 - (3 * t)), "end_unlikely", "*probability of 1.8*logps/end -4.00*", "*Data.Inspect*");

    [Fact]
    public void AnswersThatDoNotEndAreNamed() => Only(
        new Runs().WithEvaluation("completions/clipped_ratio", t => 0.75), "end_unlikely", "75*reach the limit*", "*MaxNewTokens*");

    [Fact]
    public void GradientsThatExplodeAreNamed() => Only(
        new Runs { Noise = 0 }.With("grad_norm", t => t > 0.9 ? 130 : 4), "exploding_gradients", "*130*32 times the 4 before them*", "*learning rate*warmup*");

    [Fact]
    public void OneLargeGradientIsUsual() => new Runs().With("grad_norm", t => Math.Abs(t - 0.97) < 0.01 ? 500 : 4).Check().Should().BeEmpty();

    [Fact]
    public void ALossThatStandsStillIsNamed()
    {
        var run = new Runs { Noise = 0.002 }.With("loss", t => 0.6931 - (0.001 * t)).WithEvaluation("loss", t => 0.6931).With("learning_rate", t => 1e-8);

        Only(run, "constant_loss", "*0.6930 at the beginning*after 60 steps*up to 1E-08*", "*Raise the learning rate*");
    }

    [Fact]
    public void ALossThatIsLearnedIsFine() => new Runs().With("loss", t => 0.001).Check().Should().BeEmpty();

    [Fact]
    public void AnAdapterThatIsStillZeroIsNamed() => Only(
        new Runs { Facts = new() { LargestB = 0 } }, "adapter_zero", "After 60 steps*B are still 0*", "*learning_rate*");

    [Fact]
    public void RepeatedPairsAreNamed() => Only(
        new Runs { Facts = new() { Examples = 300, Duplicates = 12 } }, "duplicates", "12 of 300 rows (4.0*", "Remove them*");

    private static void Only(Runs run, string name, string finding, string advice)
    {
        var found = run.Check().Should().ContainSingle().Which;
        found.Name.Should().Be(name);
        found.Finding.Should().Match(finding);
        found.Advice.Should().Match(advice);
    }
}
