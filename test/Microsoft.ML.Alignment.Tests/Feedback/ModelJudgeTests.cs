using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

/// <summary>Judges that are language models in memory.</summary>
public sealed class ModelJudgeTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    private static readonly PreferenceQuestion Question = new("One day, Lily", " went home.", " goed.");

    private LanguageModel Model => chain.Fitted.LastTransformer.Model;

    [Fact]
    public async Task TheLabelIsTheMeanLogOddsOfBothOrders()
    {
        using var judge = new LanguageModelJudge(Model);
        using var session = new FeedbackSession();
        var verdict = await judge.CompareAsync(Question, session);
        var odds = (LogOdds(Question) - LogOdds(Question.Swap())) / 2;
        verdict.FirstProbability!.Value.Should().BeApproximately(1 / (1 + Math.Exp(-odds)), 1e-5);
        verdict.Answers.Select(answer => answer.Swapped).Should().Equal(false, true);
        verdict.Usage.Calls.Should().Be(2);
    }

    [Fact]
    public async Task AJudgeThatIsAskedTheOtherWayRoundSaysTheOpposite()
    {
        using var judge = new LanguageModelJudge(Model, new() { Constitution = Constitution.IrregularVerbs.WithTag("doubled") });
        using var session = new FeedbackSession();
        var (one, other) = (await judge.CompareAsync(Question, session), await judge.CompareAsync(Question.Swap(), session));
        one.FirstProbability!.Value.Should().BeApproximately(1 - other.FirstProbability!.Value, 1e-5);
        one.Answers.Should().OnlyContain(answer => answer.PrincipleId == "no-double-past");
    }

    [Fact]
    public async Task ProbabilitiesAreClampedWhereAsked()
    {
        using var judge = new LanguageModelJudge(Model, new() { Clamp = 0.49999 });
        using var session = new FeedbackSession();
        (await judge.CompareAsync(Question, session)).FirstProbability.Should().BeOneOf([0.49999, 1 - 0.49999], "the model is surer than that");
    }

    [Fact]
    public async Task ARewardModelsProbabilityIsThatOfItsLoss()
    {
        using var judge = new RewardModelJudge(chain.Stage<RewardModelTransformer>(2));
        using var session = new FeedbackSession();
        var (row, scored) = (AlignedChain.Rows[1], chain.Stage<RewardModelTransformer>(2).Transform(chain.Pairs));
        var margin = scored.GetColumn<float>("RewardMargin").ElementAt(1);
        var verdict = await judge.CompareAsync(new(row.Prompt, row.Chosen, row.Rejected), session);
        verdict.FirstProbability!.Value.Should().BeApproximately(1 / (1 + Math.Exp(-margin)), 1e-5);
        (await judge.ScoreAsync(row.Prompt, row.Chosen, session)).Value!.Value.Should().BeApproximately(scored.GetColumn<float>("ChosenReward").ElementAt(1), 1e-5);
    }

    [Fact]
    public void AJudgeOutlivesTheModelThatItWasMadeOf()
    {
        using var model = chain.Context.Alignment().LoadModel(AlignedChain.BasePath);
        using var judge = new LanguageModelJudge(model);
        model.Dispose();
        var rows = chain.Context.Data.LoadFromEnumerable([new CandidateRow { Prompt = "p", Completion1 = "a", Completion2 = "bb" }]);
        var fitted = chain.Context.Alignment().Feedback.JudgePreferences(judge, new() { Ties = TieHandling.Soft }).Fit(rows);
        fitted.Transform(rows).GetColumn<float>("ChosenProbability").Single().Should().BeInRange(0.5f, 1);
        fitted.Quality!.PositionConsistency.Should().NotBeNull();
    }

    // By the probabilities of a full completion of one letter, the two spellings one by one.
    private double LogOdds(PreferenceQuestion question)
    {
        var encoder = ScoringModel.Encoder(Model, PromptFormat.Text);
        var prompt = encoder.EncodePrompt(JudgePrompt.Letter(question, null) + "\n\nAnswer:");
        double Probability(string letter) => new[] { letter, " " + letter }.Select(Model.Tokenizer.EncodeText).DistinctBy(ids => string.Join(',', ids))
            .Sum(ids => Math.Exp(PlainModel.LogProb(Model, prompt, ids)));
        return Math.Log(Probability("A") / Probability("B"));
    }
}
