using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tests.Judging;

namespace Microsoft.ML.Alignment.Tests.Evaluation;

/// <summary>Win rates that a judge gives.</summary>
public sealed class JudgedWinRateTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly LanguageModel _good = ChainModel.Of([ChainModel.Start, "[it is good]"]);
    private readonly LanguageModel _bad = ChainModel.Of([ChainModel.Start, "[it is bad]"]);

    public void Dispose()
    {
        _good.Dispose();
        _bad.Dispose();
    }

    [Fact]
    public void TheBetterPolicyWinsAndEqualOnesTieUnasked()
    {
        var asked = 0;
        var judge = new RuleJudge("good", (_, completion) =>
        {
            Interlocked.Increment(ref asked);
            return completion.Contains("good", StringComparison.Ordinal) ? 1 : 0;
        });

        var rate = _good.EvaluateWinRate(_bad, judge, Prompts("a", "b", "c"));
        var reverse = _bad.EvaluateWinRate(_good, judge, Prompts("a", "b", "c"));
        var before = asked;
        var same = _good.EvaluateWinRate(_good, judge, Prompts("a", "b", "c"));

        rate.Outcomes.Should().Be(new WinRateMetrics(3, 0, 0));
        rate.WinRate.Should().Be(IntervalEstimate.OfShare(3, 3));
        reverse.Outcomes.Should().Be(new WinRateMetrics(0, 0, 3));
        same.Outcomes.Should().Be(new WinRateMetrics(0, 3, 0));
        asked.Should().Be(before);
        rate.Comparisons[1].Should().BeEquivalentTo(new { Prompt = "b", Completion = "[it is good]", OpponentCompletion = "[it is bad]" });
        rate.ToString().Should().Contain("3 wins, 0 ties, 0 losses").And.Contain("0 abstentions; at equal length");
    }

    [Fact]
    public void AbstentionsAreNotInTheDenominator()
    {
        var judge = new RuleJudge("knows some", (prompt, completion) => prompt == "unknown" ? null : completion.Contains("good", StringComparison.Ordinal) ? 1 : 0);

        var rate = _good.EvaluateWinRate(_bad, judge, Prompts("a", "unknown", "b", "unknown"));

        (rate.Outcomes, rate.Abstentions, rate.WinRate.Count).Should().Be((new(2, 0, 0), 2, 2L));
        rate.LengthControlledWinRate.Count.Should().Be(2);
        var none = _good.EvaluateWinRate(_bad, judge, Prompts("unknown"));
        none.Invoking(r => r.WinRate).Should().Throw<InvalidOperationException>().WithMessage("*abstained on all 1 rows*no opinion*");
        none.Invoking(r => r.LengthControlledWinRate).Should().Throw<InvalidOperationException>();
        none.ToString().Should().Contain("no win rate");
    }

    [Fact]
    public void AJudgeThatCountsWordsGivesOneHalfAtEqualLength()
    {
        var random = new Random(2);
        var comparisons = Enumerable.Range(0, 200).Select(_ => (Ours: 40 + random.Next(40), Theirs: 20 + random.Next(40))).Select(lengths => new JudgedComparison(
            "p", new('a', lengths.Ours), new('b', lengths.Theirs),
            new() { FirstProbability = random.NextDouble() < 1 / (1 + Math.Exp(-(lengths.Ours - lengths.Theirs) / 8.0)) ? 1 : 0 })).ToArray();

        var rate = new JudgedWinRate(comparisons);

        rate.WinRate.Lower.Should().BeGreaterThan(0.7, "it writes more");
        rate.LengthControlledWinRate.Lower.Should().BeLessThan(0.5);
        rate.LengthControlledWinRate.Upper.Should().BeGreaterThan(0.5);
    }

    [Fact]
    public void AJudgeIsShownConversationsAsTheyWereSpokenAndItsCostIsCounted()
    {
        var client = ScriptedClient.Judging((first, _) => first.Contains("good", StringComparison.Ordinal) ? "A" : "B");
        var rows = new[] { new Turns([new(ChatRole.User, "hi"), new(ChatRole.Assistant, "yes?"), new(ChatRole.User, "how is it")]) };

        var rate = _good.EvaluateWinRate(_bad, new ChatJudge(client), _context.Alignment().Data.LoadFromEnumerable(rows));

        rate.Outcomes.Should().Be(new WinRateMetrics(1, 0, 0));
        rate.Comparisons.Single().Prompt.Should().Be("user: hi\n\nassistant: yes?\n\nuser: how is it");
        rate.Usage.Should().Be(new FeedbackUsage(2, 200, 20), "both orders");
    }

    [Fact]
    public void WhatCannotBeComparedIsRefused()
    {
        var judge = new RuleJudge("any", (_, _) => 1);
        using var head = TorchSharp.torch.zeros(1, 64);
        using var stories = StoriesModel.Load();
        using var rewards = stories.With([], new TorchSharp.Modules.Parameter(head, false));

        _good.Invoking(model => model.EvaluateWinRate(_bad, judge, Prompts())).Should().Throw<InvalidDataException>().WithMessage("*no row*");
        _good.Invoking(model => model.EvaluateWinRate(_bad, judge, Prompts("a"), new() { PromptColumnName = "Question" }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*no text column 'Question'*'Prompt'*");
        _good.Invoking(model => model.EvaluateWinRate(rewards, judge, Prompts("a"))).Should().Throw<InvalidOperationException>().WithMessage("*reward model*");
        _good.Invoking(model => model.EvaluateWinRate(_bad, judge, Prompts(new string('a', 300)))).Should().Throw<InvalidDataException>().WithMessage("*chain*307 tokens*");
        _good.Invoking(model => model.EvaluateWinRate(_bad, judge, Prompts("a"), cancellationToken: new(true))).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void TheSessionsBudgetHoldsForIt()
    {
        using var session = new FeedbackSession(new() { MaxTokens = 250, MaxConcurrency = 1 });
        var client = ScriptedClient.Judging((_, _) => "A");

        _good.Invoking(model => model.EvaluateWinRate(_bad, new ChatJudge(client), Prompts("a", "b", "c", "d"), session: session))
            .Should().Throw<FeedbackBudgetException>();
    }

    private IDataView Prompts(params string[] texts) => _context.Data.LoadFromEnumerable(texts.Select(text => new PromptRow { Prompt = text }));

    private sealed record Turns(IList<ChatMessage> Prompt);
}
