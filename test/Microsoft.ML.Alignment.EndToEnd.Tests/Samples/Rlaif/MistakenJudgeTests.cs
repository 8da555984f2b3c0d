using FluentAssertions;
using Samples.Rlaif;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Rlaif;

public sealed class MistakenJudgeTests
{
    [Fact]
    public async Task AShareOfVerdictsIsTurnedRoundWhateverTheOrder()
    {
        using var session = new FeedbackSession();
        var judge = new MistakenJudge(Better(), 0.2, seed: 1);
        var wrong = 0;
        for (var i = 0; i < 1000; i++)
        {
            var question = new PreferenceQuestion($"prompt {i}", "good", "bad");
            var (one, other) = (await judge.CompareAsync(question, session), await judge.CompareAsync(question.Swap(), session));
            other.FirstProbability.Should().Be(1 - one.FirstProbability);
            wrong += one.Preference == PreferenceOutcome.Second ? 1 : 0;
        }

        // Binomial(1000, 0.2) has a deviation of 12.6; this is four of them.
        wrong.Should().BeInRange(150, 250);
    }

    [Fact]
    public async Task WhoAbstainsStillAbstains()
    {
        using var session = new FeedbackSession();
        var silent = new RuleJudge("silent", (_, _) => null);
        (await new MistakenJudge(silent, 1, seed: 1).CompareAsync(new("p", "a", "b"), session)).FirstProbability.Should().BeNull();
        (await new MistakenJudge(Better(), 1, seed: 1).CompareAsync(new("p", "good", "bad"), session)).FirstProbability.Should().Be(0);
    }

    private static RuleJudge Better() => new("better", (_, completion) => completion == "good" ? 1 : 0);
}
