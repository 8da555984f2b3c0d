using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;
using Microsoft.ML.Alignment.Tests.Judging;

namespace Microsoft.ML.Alignment.Tests.Evaluators;

/// <summary>Reward models and judges in an evaluation suite.</summary>
public sealed class AlignmentEvaluatorTests : IDisposable
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "What is the past tense of go?")];

    private readonly FeedbackSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public async Task ARewardModelScoresAResponseAsItScoresARow()
    {
        var context = new MLContext(seed: 2);
        var pairs = AlignedChain.ViewOfPairs(context);
        using var chain = context.Alignment().BaseModel(AlignedChain.BasePath).Append(context.Alignment().Trainers.RewardModel(AlignedChain.RewardModelOptions)).Fit(pairs);
        var row = AlignedChain.Rows[0];
        var reward = RewardFunction.FromTransformer(context, chain.LastTransformer, "Reward", name: "reward model");

        var result = await new RewardEvaluator(reward).EvaluateAsync(row.Prompt, row.Chosen);

        var scored = chain.LastTransformer.Transform(context.Data.LoadFromEnumerable([new Completed { Prompt = row.Prompt, Completion = row.Chosen }]));
        var expected = context.Data.CreateEnumerable<Rewarded>(scored, reuseRowObject: false).Single().Reward;
        result.Get<NumericMetric>("reward model").Value.Should().Be(expected);
    }

    [Fact]
    public async Task ConversationsAreGivenToARewardAsItReadsThem()
    {
        var read = new List<string>();
        var reward = RewardFunction.Of("kept", (prompt, completion) =>
        {
            read.Add(prompt);
            return completion.Length;
        });
        ChatMessage[] turns = [new(ChatRole.System, "Be \"brief\"."), .. Question];

        (await new RewardEvaluator(reward).EvaluateAsync(Question, Answer("went"))).Get<NumericMetric>("kept").Value.Should().Be(4);
        await new RewardEvaluator(reward) { ReadsConversations = true }.EvaluateAsync(turns, Answer("went"));

        read.Should().Equal(Question[0].Text, """[{"role":"system","content":"Be \u0022brief\u0022."},{"role":"user","content":"What is the past tense of go?"}]""");
        await new RewardEvaluator(reward).Awaiting(evaluator => evaluator.EvaluateAsync(turns, Answer("went")).AsTask())
            .Should().ThrowAsync<ArgumentException>().WithMessage("*[system, user]*ReadsConversations*");
    }

    [Fact]
    public void ARewardThatReadsColumnsIsRefused()
    {
        var reward = RewardFunction.Of("by answer", ["Answer"], (_, _, _) => 1);

        FluentActions.Invoking(() => new RewardEvaluator(reward)).Should().Throw<ArgumentException>().WithMessage("*'by answer' reads the columns Answer*");
    }

    [Fact]
    public async Task AScoreHasItsReasonAndPassesOrFails()
    {
        var judge = new RuleJudge("length", (_, completion) => completion.Length == 0 ? null : completion.Length);
        var evaluator = new ScoreEvaluator(judge, _session) { PassesFrom = 4 };

        var good = (await evaluator.EvaluateAsync(Question, Answer("went"))).Get<NumericMetric>("Score");
        var bad = (await evaluator.EvaluateAsync(Question, Answer("go"))).Get<NumericMetric>("Score");
        var none = (await evaluator.EvaluateAsync(Question, Answer(""))).Get<NumericMetric>("Score");

        (good.Value, good.Interpretation!.Failed, good.Interpretation.Rating).Should().Be((4, false, EvaluationRating.Good));
        (bad.Value, bad.Interpretation!.Failed, bad.Interpretation.Reason).Should().Be((2, true, "It is 2; 4 or more passes."));
        (none.Value, none.Interpretation!.Rating).Should().Be((null, EvaluationRating.Inconclusive));
        none.Diagnostics.Should().ContainSingle().Which.Message.Should().Contain("abstained: The rule has no opinion");
    }

    [Fact]
    public async Task AJudgeComparesWithABaseline()
    {
        var client = ScriptedClient.Judging((first, _) => first == "went" ? "A" : "B");
        IEvaluator evaluator = new CompositeEvaluator(new PreferenceEvaluator(new ChatJudge(client), _session), new ScoreEvaluator(new RuleJudge("one", (_, _) => 1), _session, "One"));
        ChatMessage[] turns = [.. Question, new(ChatRole.Assistant, "It is goed."), new(ChatRole.User, "Really?")];

        var better = await evaluator.EvaluateAsync(turns, Answer("went"), additionalContext: [new BaselineResponseContext("goed")]);
        var same = await evaluator.EvaluateAsync(turns, Answer("wented"), additionalContext: [new BaselineResponseContext("went")]);
        var alone = await evaluator.EvaluateAsync(turns, Answer("went"));

        better.Get<NumericMetric>("Preferred to baseline").Value.Should().Be(1);
        better.Get<NumericMetric>("Preferred to baseline").Reason.Should().Be("because");
        better.Get<NumericMetric>("Preferred to baseline").Context.Should().ContainKey("Baseline response");
        better.Get<NumericMetric>("One").Value.Should().Be(1);
        same.Get<NumericMetric>("Preferred to baseline").Value.Should().Be(0);
        alone.Get<NumericMetric>("Preferred to baseline").Value.Should().BeNull();
        alone.Get<NumericMetric>("Preferred to baseline").Diagnostics.Should().ContainSingle().Which.Severity.Should().Be(EvaluationDiagnosticSeverity.Error);
        ScriptedClient.Shown(client.Asked[0].Messages, "prompt").Should().Be("user: What is the past tense of go?\n\nassistant: It is goed.\n\nuser: Really?");
    }

    private static ChatResponse Answer(string text) => new(new ChatMessage(ChatRole.Assistant, text));

    private sealed class Completed
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }

    private sealed class Rewarded
    {
        public float Reward { get; set; }
    }
}
