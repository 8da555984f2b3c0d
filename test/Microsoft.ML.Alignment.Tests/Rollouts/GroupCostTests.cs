using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Tests.Data;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

/// <summary>A group of completions costs what is new in it, and nothing where it teaches nothing.</summary>
public sealed class GroupCostTests : IDisposable
{
    private const int Size = 3;

    private static readonly SamplingSettings Sampling = new(4, 1, Precision.Float32);

    private readonly LanguageModel _policy = TestModels.Tiny(1);
    private readonly RolloutPrompts _prompts = new(
        new ListStore([.. Enumerable.Range(0, 4).Select(i => new TokenizedExample([1, 3 + i, 9, 4], [], []))]),
        ["0", "1", "2", "3"], [.. Enumerable.Repeat(RewardRow.Empty, 4)]);

    public void Dispose() => _policy.Dispose();

    [Fact]
    public void ThePromptOfAGroupIsReadOnce()
    {
        var groups = RandomRollouts.Groups(1, groupSize: 5);

        var batch = RandomRollouts.Batches(groups)[0];

        var completions = groups[0].Rows.Sum(row => row.Ids.Length);
        batch.Rows.Count.Should().BeInRange(groups[0].Prompt.Length + 5, groups[0].Prompt.Length + completions);
        batch.TokenCount.Should().Be((5 * groups[0].Prompt.Length) + completions, "other tools read it with each completion");
    }

    [Fact]
    public void GroupsOfEqualRewardsAreNotInThePassesAndStillCountInTheAverages()
    {
        var draws = new Random(2);
        var maker = Maker(RewardFunction.Of("some", (prompt, _) => prompt == "1" ? draws.NextDouble() : 1), trainsAll: false);
        var plan = Plan();
        var source = new RolloutSource(maker, plan, default);

        var batches = source.Steps(0).First();

        batches.Sum(batch => batch.ExampleCount).Should().Be(1);
        batches[0].Examples[0].Prompt[1].Should().Be(4, "it is prompt 1");
        batches[0].LeftOut.Completions.Should().Be(3 * Size);
        batches[0].LeftOut.Tokens.Should().BePositive();
    }

    [Fact]
    public void WhereSomethingElseTrainsThemTheyAreAllThere()
    {
        var maker = Maker(RewardFunction.Of("one", (_, _) => 1), trainsAll: true);

        new RolloutSource(maker, Plan(), default).Steps(0).First().Sum(batch => batch.ExampleCount).Should().Be(4);
    }

    [Fact]
    public void AStepOfNothingElseHasTheShortestOfThem()
    {
        var maker = Maker(RewardFunction.Of("one", (_, _) => 1), trainsAll: false);

        var batches = new RolloutSource(maker, Plan(), default).Steps(0).First();

        batches.Sum(batch => batch.ExampleCount).Should().Be(1);
        batches[0].Advantages.Should().OnlyContain(advantage => Math.Abs(advantage) < 1e-9);
    }

    private static RolloutPlan Plan() => new(4, new(4, 4, 0, Shuffle: false), MiniBatches: 1, Passes: 1);

    private RolloutMaker Maker(IRewardFunction reward, bool trainsAll)
    {
        var scores = new CompletionScores(new([reward], new([1], normalizesEach: false), FailedRewards.Throw), _prompts, ids => string.Join(' ', ids));
        return new(
            new(_policy, _prompts, Sampling, seed: 3), scores, new(_policy, null, null, Sampling), Plan(),
            new(Size, new ComparedAdvantages(AdvantageKind.Unscaled, alone => alone)) { TrainsAll = trainsAll });
    }
}
