using Microsoft.ML.Alignment.Feedback;

namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class JudgeAdviceTests
{
    private static readonly JudgeQuality Sound = new()
    {
        Pairs = 40, AbstentionRate = 0.05, TieRate = 0.2, PositionConsistency = 0.9, FirstSlotRate = 0.55, LongerPreferredRate = 0.6,
        HumanLongerPreferredRate = 0.55, HumanLabels = 30, Accuracy = 0.8, Kappa = 0.6,
    };

    private static readonly FeedbackRequests Answered = new() { Asked = 100, Failed = 2, TimedOut = 3 };

    public static TheoryData<string, JudgeQuality, string> Wrong => new()
    {
        { "judge_looks_at_order", Sound with { FirstSlotRate = 0.75 }, "Of the judge's answers 75 %*shown first." },
        { "judge_looks_at_order", Sound with { FirstSlotRate = 0.25 }, "Of the judge's answers 25 %*shown first." },
        { "judge_contradicts_itself", Sound with { PositionConsistency = 0.7 }, "*same answer to 70 %*" },
        { "judge_abstains", Sound with { AbstentionRate = 0.2 }, "*no usable answer to 20 %*" },
        { "judge_ties", Sound with { TieRate = 0.6 }, "*60 % are ties." },
        { "judge_likes_length", Sound with { LongerPreferredRate = 0.8 }, "*longer completion in 80 % of the pairs, people in 55 %." },
        { "judge_likes_length", Sound with { LongerPreferredRate = 0.95, HumanLongerPreferredRate = null }, "*longer completion in 95 % of the pairs." },
        { "judge_disagrees", Sound with { Kappa = 0.1 }, "*kappa is 0.10 on 30 pairs." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void EachBiasIsNamedWithItsNumber(string name, JudgeQuality quality, string finding)
    {
        var advice = JudgeAdvice.Of(quality, Answered);

        advice.Should().ContainSingle().Which.Name.Should().Be(name);
        advice[0].Finding.Should().Match(finding);
        advice[0].Advice.Should().NotBeEmpty();
    }

    [Fact]
    public void ASoundJudgeIsNotScolded()
    {
        JudgeAdvice.Of(Sound, Answered).Should().BeEmpty();
        JudgeAdvice.Of(null, new()).Should().BeEmpty();
        JudgeAdvice.Of(Sound with { HumanLongerPreferredRate = null, LongerPreferredRate = 0.85 }, Answered).Should().BeEmpty("longer may be better");
    }

    [Fact]
    public void AFewPairsSayNothing() =>
        JudgeAdvice.Of(Sound with { Pairs = 19, FirstSlotRate = 1, AbstentionRate = 1, Kappa = -1 }, Answered).Should().BeEmpty();

    [Fact]
    public void RequestsThatFailAreNamed() =>
        JudgeAdvice.Of(null, new() { Asked = 90, Failed = 10, TimedOut = 7 }).Should().ContainSingle()
            .Which.Finding.Should().Be("Of the requests 10 % failed for good; 7 attempts got no answer in time.");
}
