using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

/// <summary>Rewards of tokens, from the function to the advantages.</summary>
public sealed class TokenRewardTests
{
    private static readonly SampledCompletion Three = new("p", "ab", RewardRow.Empty) { TokenCount = 3, TokenEnds = [1, 2, 2] };

    private static readonly IRewardFunction Steps = RewardFunction.OfTokens("steps", [], _ => [1, -2, 0.5]);

    [Fact]
    public void ACompletionsScoreIsTheSumAndItsTokensKeepTheirsWeighted()
    {
        var length = RewardFunction.Of("length", (_, completion) => completion.Length);

        var scores = new RewardPanel([Steps, length], new([2, 0.5], normalizesEach: false), FailedRewards.Throw).Score([[Three, Three]], default);

        scores.Each[0].Values.Should().Equal(-0.5, -0.5);
        scores.Total[0].Should().Equal((2 * -0.5) + (0.5 * 2), 0);
        scores.OfTokens.Should().HaveCount(2).And.OnlyContain(tokens => tokens!.SequenceEqual(new double[] { 2, -4, 1 }));
    }

    [Fact]
    public void TheOppositeOfEachTokenMayBeWeighedInAsWell()
    {
        var opposite = RewardFunction.OfTokens("opposite", [], _ => [-1, 2, -0.5]);

        var scores = new RewardPanel([Steps, opposite], new([1, 1], normalizesEach: false), FailedRewards.Throw).Score([[Three]], default);

        scores.Total[0].Should().Equal(0);
        scores.OfTokens[0].Should().Equal(0, 0, 0);
    }

    [Fact]
    public void OneThatSaysNothingLeavesTheCompletionOut()
    {
        var scores = Panel(FailedRewards.Throw, RewardFunction.OfTokens("steps", [], _ => null)).Score([[Three]], default);

        scores.Total[0].Should().Equal((double?)null);
        scores.OfTokens[0].Should().BeNull();
    }

    [Fact]
    public void NumbersForOtherTokensAreRefusedWithTheCompletionOrSkipped()
    {
        var two = RewardFunction.OfTokens("steps", [], _ => [1, 2]);

        FluentActions.Invoking(() => Panel(FailedRewards.Throw, two).Score([[Three]], default)).Should().Throw<RewardFailedException>()
            .WithMessage("The reward 'steps' failed on the completion 'ab' of the prompt 'p': it gave 2 numbers for 3 tokens; one a token is needed.*");
        Panel(FailedRewards.Skip, two).Score([[Three]], default).Failures.Should().Be(1);
    }

    [Fact]
    public void ANumberThatIsNotFiniteHasFailed() =>
        FluentActions.Invoking(() => Panel(FailedRewards.Throw, RewardFunction.OfTokens("steps", [], _ => [1, double.NaN, 0])).Score([[Three]], default))
            .Should().Throw<RewardFailedException>().WithMessage("*it gave NaN; a finite number or null is needed.*");

    [Fact]
    public void ATokenKeepsItsOwnAndTheLastOneTakesTheRest()
    {
        // The score was 3 and became 1.2 on its scale: what the scale took off is the last token's.
        TokenRewards.Of(1.2, [0.5, -0.25, 0.1], [0, 0.3, -0.2], coefficient: 0.1).Should()
            .SatisfyRespectively(
                first => first.Should().BeApproximately(0.5, 1e-12),
                second => second.Should().BeApproximately(-0.25 - 0.03, 1e-12),
                third => third.Should().BeApproximately(0.1 + 0.02 + (1.2 - 0.35), 1e-12));
    }

    [Fact]
    public void WithoutABaselineOfThePromptEachTokenHasWhatComesFromItOn()
    {
        RewardedTokens[][] groups = [[new(-0.5, new double[3], 0) { TokenScores = [1, -2, 0.5] }, new(1, new double[2], 0)]];

        var advantages = new GroupAdvantages(AdvantageKind.Global, alone => alone).Of(groups);

        // To go: -0.5, -1.5, 0.5 and 1, 1; mean 0.1, deviation of the five with n - 1.
        double[] toGo = [-0.5, -1.5, 0.5, 1, 1];
        var deviation = Math.Sqrt(toGo.Sum(x => (x - 0.1) * (x - 0.1)) / 4);
        foreach (var (actual, expected) in advantages[0].SelectMany(row => row!).Zip(toGo))
            actual.Should().BeApproximately((expected - 0.1) / deviation, 1e-6);
    }

    [Fact]
    public void PpoGivesEachTokenWhatComesFromItOn()
    {
        SampledRow row = new([7, 8, 9], ended: true)
        {
            Score = -0.5,
            TokenScores = [1, -2, 0.5],
            Values = [0.25f, -0.5f, 0.75f],
        };

        new CriticAdvantages(new(1, 1), alone => alone) { WhitensAdvantages = false }.Give([new(0, [1], [row])], coefficient: 0);

        row.Returns.Should().Equal(-0.5f, -1.5f, 0.5f);
        row.Advantages.Should().Equal(-0.75f, -1f, -0.25f);
    }

    [Theory]
    [InlineData("Ppo")]
    [InlineData("Grpo")]
    public void AllAtTheLastTokenIsARewardOfTheWhole(string method)
    {
        var whole = OnPolicyRun.SaysE;
        var last = RewardFunction.OfTokens("e", [], sampled =>
        {
            sampled.TokenEnds.Should().HaveCount(sampled.TokenCount).And.BeInAscendingOrder();
            sampled.TokenEnds[^1].Should().Be(sampled.Completion.Length);
            var score = whole.ScoreAsync([sampled]).GetAwaiter().GetResult()[0]!.Value;
            return [.. Enumerable.Repeat(0d, sampled.TokenCount - 1), score];
        });
        OnPolicyTrainerOptions Options(IRewardFunction reward) => method == "Ppo"
            ? OnPolicyRun.Ppo with { Rewards = [reward], CriticStart = CriticStart.Policy, ScoreNormalization = ScoreNormalization.None }
            : OnPolicyRun.Grpo with { Rewards = [reward], Advantages = AdvantageKind.Global };

        var (ofTokens, hashOfTokens) = OnPolicyRun.Run(Options(last));
        var (ofWhole, hashOfWhole) = OnPolicyRun.Run(Options(whole));

        hashOfTokens.Should().Be(hashOfWhole);
        ofTokens[0]["rewards/e/mean"].Should().Be(ofWhole[0]["rewards/e/mean"]);
    }

    [Fact]
    public void WhichTokenIsRewardedMatters()
    {
        IRewardFunction At(Index place) => RewardFunction.OfTokens("place", [], sampled =>
        {
            var scores = new double[sampled.TokenCount];
            scores[place] = sampled.Completion.Length;
            return scores;
        });
        string Hash(Index place) => OnPolicyRun.Run(OnPolicyRun.Ppo with { Rewards = [At(place)], CriticStart = CriticStart.Policy }).Hash;

        Hash(0).Should().NotBe(Hash(^1));
    }

    [Fact]
    public void NormalisingEachIsRefusedBeforeAnythingIsSampled() =>
        FluentActions.Invoking(() => OnPolicyRun.Run(OnPolicyRun.Grpo with { Rewards = [Steps], NormalizesEachReward = true }))
            .Should().Throw<ArgumentException>().WithMessage("Grpo: NormalizesEachReward compares whole completions, and the reward 'steps' is one of tokens*");

    private static RewardPanel Panel(FailedRewards failed, IRewardFunction reward) => new([reward], new([1], normalizesEach: false), failed);
}
