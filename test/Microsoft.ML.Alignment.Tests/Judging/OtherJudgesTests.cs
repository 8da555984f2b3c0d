namespace Microsoft.ML.Alignment.Tests.Judging;

public sealed class OtherJudgesTests
{
    private static readonly PreferenceQuestion Question = new("p", "went", "goed and more");
    private static readonly RuleJudge Shorter = new("shorter", (_, completion) => -completion.Length);

    [Fact]
    public async Task ARuleComparesByItsScore()
    {
        using var session = new FeedbackSession();
        (await Shorter.CompareAsync(Question, session)).FirstProbability.Should().Be(1);
        (await Shorter.CompareAsync(Question.Swap(), session)).FirstProbability.Should().Be(0);
        (await Shorter.CompareAsync(new("p", "aa", "bb"), session)).FirstProbability.Should().Be(0.5);
        (await Silent().CompareAsync(Question, session)).AbstentionReason.Should().Be("The rule has no opinion.");
    }

    [Fact]
    public async Task ARuleThatGivesNaNIsRefused()
    {
        using var session = new FeedbackSession();
        var compare = () => new RuleJudge("broken", (_, _) => double.NaN).CompareAsync(Question, session);
        await compare.Should().ThrowAsync<InvalidOperationException>().WithMessage("*'rule|broken' gave NaN for 'went'*null to abstain*");
    }

    [Fact]
    public async Task AnEnsembleAveragesAndAbstainsWithoutHalfOfItsJudges()
    {
        using var session = new FeedbackSession();
        var longer = new RuleJudge("longer", (_, completion) => completion.Length);
        (await new EnsembleJudge(Shorter, longer, Shorter).CompareAsync(Question, session)).FirstProbability.Should().BeApproximately(2 / 3.0, 1e-12);
        (await new EnsembleJudge(Shorter, Silent()).CompareAsync(Question, session)).FirstProbability.Should().Be(1);
        var verdict = await new EnsembleJudge(Shorter, Silent(), Silent()).CompareAsync(Question, session);
        verdict.AbstentionReason.Should().Be("2 of 3 judges have no opinion.");
    }

    [Fact]
    public async Task ARubricAddsUpTheWeightsOfPointsThatAreMet()
    {
        var client = new ScriptedClient((messages, _) =>
        {
            var completion = ScriptedClient.Shown(messages, "response");
            var met = messages[1].Text.EndsWith("short?", StringComparison.Ordinal) ? completion.Length < 6 : completion.Contains("ed");
            return $$"""{"rationale": "looked", "met": {{(met ? "true" : "false")}}}""";
        });
        var judge = new RubricJudge(client, [new("short", "Is it short?") { Weight = 3 }, new("ed", "Does it end in -ed?") { Weight = -2 }, new("ed2", "Has it -ed?")]);
        using var session = new FeedbackSession();
        (await judge.ScoreAsync("p", "went", session)).Value.Should().Be(3.0 / 4);
        (await judge.ScoreAsync("p", "goed", session)).Value.Should().Be((3.0 - 2 + 1) / 4);
        (await judge.ScoreAsync("p", "goed and more", session)).Value.Should().Be((-2.0 + 1) / 4);
        (await judge.CompareAsync(Question, session)).FirstProbability.Should().Be(1);
    }

    [Fact]
    public async Task ARubricAbstainsWhereAPointIsNotAnswered()
    {
        var judge = new RubricJudge(ScriptedClient.Saying("""{"met": "perhaps"}"""), [new("short", "Is it short?")], new() { MaxRetries = 0 });
        using var session = new FeedbackSession();
        var score = await judge.ScoreAsync("p", "went", session);
        score.Value.Should().BeNull();
        score.Explanation.Should().Be("short: its \"met\" is neither true nor false.");
    }

    [Fact]
    public void ARubricNeedsAPointThatEarnsSomething()
    {
        var make = () => new RubricJudge(ScriptedClient.Saying(""), [new("bad", "Is it bad?") { Weight = -1 }]);
        make.Should().Throw<ArgumentException>().WithMessage("*no point with a positive weight*");
    }

    [Fact]
    public async Task APersonSeesBothAndIsNotAskedTwice()
    {
        using var output = new StringWriter();
        var judge = new HumanJudge("ann", new StringReader("x\n1\nt\nq\n"), output);
        using var session = new FeedbackSession();
        var verdict = await judge.CompareAsync(Question, session);
        var shown = output.ToString();
        shown.Should().Contain("Prompt: p").And.Contain("[1] ").And.Contain("[2] ");
        var firstShown = shown.Contains("[1] went", StringComparison.Ordinal);
        verdict.FirstProbability.Should().Be(firstShown ? 1 : 0);
        shown.Split("Which is better?").Should().HaveCount(3, "the key x is none of those that are allowed");
        (await judge.CompareAsync(Question, session)).FirstProbability.Should().Be(verdict.FirstProbability);
        (await judge.CompareAsync(new("other", "a", "b"), session)).Preference.Should().Be(PreferenceOutcome.Tie);
        var stopped = () => judge.CompareAsync(new("third", "a", "b"), session);
        await stopped.Should().ThrowAsync<FeedbackStoppedException>().WithMessage("*ann stopped judging*");
    }

    [Fact]
    public async Task APersonWhoStoppedIsShownNoQuestionThatWaitedUntilTheNextSession()
    {
        var output = new StringWriter();
        var judge = new HumanJudge("ann", new StringReader("q\n1\n"), output);
        using (var session = new FeedbackSession())
        {
            foreach (var prompt in new[] { "one", "two" })
            {
                var asked = () => judge.CompareAsync(new(prompt, "a", "b"), session);
                await asked.Should().ThrowAsync<FeedbackStoppedException>();
            }
        }

        output.ToString().Should().Contain("Prompt: one").And.NotContain("Prompt: two");
        using var next = new FeedbackSession();
        (await judge.CompareAsync(new("three", "a", "b"), next)).Preference.Should().NotBeNull();
    }

    private static RuleJudge Silent() => new("silent", (_, _) => null);
}
