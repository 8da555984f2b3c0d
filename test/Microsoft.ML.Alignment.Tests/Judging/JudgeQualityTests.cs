using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment.Tests.Judging;

/// <summary>Judges whose bias is known: the report measures it, and the pairs are not fooled by it.</summary>
public sealed class JudgeQualityTests
{
    private const int Pairs = 40;

    private static readonly ChatJudgeOptions OneTry = new() { MaxRetries = 0 };

    // The right answer begins with "good"; lengths and places are independent of that.
    private static readonly (PreferenceQuestion Question, PreferenceOutcome Right)[] Questions = [.. Enumerable.Range(0, Pairs).Select(index =>
    {
        var (good, bad) = ($"good {index}" + new string('x', index % 2 * 9), $"bad {index}" + new string('x', 5));
        var isFirst = index / 2 % 2 == 0;
        return (new PreferenceQuestion($"p{index}", isFirst ? good : bad, isFirst ? bad : good), isFirst ? PreferenceOutcome.First : PreferenceOutcome.Second);
    })];

    [Fact]
    public async Task AnHonestJudgeAgreesWithPeople()
    {
        var quality = await MeasureAsync(Judge((a, _) => IsGood(a) ? "A" : "B"));
        (quality.Pairs, quality.HumanLabels, quality.Accuracy, quality.Kappa).Should().Be((Pairs, Pairs, 1.0, 1.0));
        (quality.PositionConsistency, quality.FirstSlotRate, quality.TieRate, quality.AbstentionRate).Should().Be((1.0, 0.5, 0.0, 0.0));
        quality.LongerPreferredRate.Should().Be(quality.HumanLongerPreferredRate).And.Be(0.5);
        quality.Usage.Should().Be(new FeedbackUsage(2 * Pairs, 200 * Pairs, 20 * Pairs));
    }

    [Fact]
    public async Task AJudgeThatTakesTheFirstIsFoundOutAndLabelsNothing()
    {
        var quality = await MeasureAsync(Judge((_, _) => "A"));
        (quality.FirstSlotRate, quality.PositionConsistency, quality.TieRate, quality.Accuracy, quality.Kappa).Should().Be((1.0, 0.0, 1.0, 0.5, 0.0));
        quality.LongerPreferredRate.Should().BeNull("there is no verdict but ties");
    }

    [Fact]
    public async Task AJudgeThatTakesTheLongerIsFoundOutBesideThePeople()
    {
        var quality = await MeasureAsync(Judge((a, b) => a.Length > b.Length ? "A" : "B"));
        (quality.LongerPreferredRate, quality.HumanLongerPreferredRate, quality.PositionConsistency).Should().Be((1.0, 0.5, 1.0));
        quality.Kappa.Should().BeApproximately(0, 1e-12, "it agrees with people as often as chance");
    }

    [Theory]
    [InlineData("I cannot judge this.")]
    [InlineData("""{"rationale": "lies", "verdict": "C"}""")]
    [InlineData("""{"rationale": "cut off", "verdi""")]
    public async Task AJudgeThatRefusesOrLiesAbstains(string answer)
    {
        var quality = await MeasureAsync(new ChatJudge(ScriptedClient.Saying(answer), OneTry));
        (quality.AbstentionRate, quality.TieRate, quality.Accuracy, quality.HumanLabels).Should().Be((1.0, (double?)null, (double?)null, 0));
        quality.ToString().Should().Contain("abstention rate: 1.000").And.NotContain("accuracy");
    }

    [Fact]
    public async Task AgreementBetweenJudgesIsThatOfEveryTwo()
    {
        var good = new RuleJudge("good", (_, completion) => IsGood(completion) ? 1 : 0);
        var longer = new RuleJudge("longer", (_, completion) => completion.Length);
        (await MeasureAsync(new EnsembleJudge(good, good))).JudgeAgreement.Should().Be(1);
        (await MeasureAsync(new EnsembleJudge(good, longer))).JudgeAgreement.Should().Be(0.5);
        (await MeasureAsync(new EnsembleJudge(good, good, longer))).JudgeAgreement.Should().BeApproximately(2 / 3.0, 1e-12);
    }

    [Fact]
    public void KappaIsThatOfATableByHand() // 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: (0.7 - 0.5) / (1 - 0.5)
    {
        IEnumerable<(PreferenceOutcome, PreferenceOutcome)> Cell(int count, PreferenceOutcome one, PreferenceOutcome other) => Enumerable.Repeat((one, other), count);
        var (yes, no) = (PreferenceOutcome.First, PreferenceOutcome.Second);
        CohensKappa.Of([.. Cell(20, yes, yes), .. Cell(5, yes, no), .. Cell(10, no, yes), .. Cell(15, no, no)]).Should().BeApproximately(0.4, 1e-12);
        CohensKappa.Of([]).Should().BeNull();
        CohensKappa.Of([.. Cell(3, yes, yes)]).Should().BeNull("chance alone agrees fully where both always say the same");
    }

    private static bool IsGood(string completion) => completion.StartsWith("good", StringComparison.Ordinal);

    private static ChatJudge Judge(Func<string, string, string> verdict) => new(ScriptedClient.Judging(verdict), OneTry);

    private static async Task<JudgeQuality> MeasureAsync(IPreferenceJudge judge)
    {
        using var session = new FeedbackSession();
        var judged = new List<JudgedQuestion>();
        foreach (var (question, right) in Questions)
            judged.Add(new(question, await judge.CompareAsync(question, session), right));
        return JudgeQuality.Of(judged);
    }
}
