using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Tests.Data;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class EqualGroupsTests : IDisposable
{
    private const int Size = 3;

    private readonly LanguageModel _policy = TestModels.Tiny(1);
    private readonly RolloutPrompts _prompts = new(
        new ListStore([.. Enumerable.Range(0, 4).Select(i => new TokenizedExample([1, 3 + i], [], []))]),
        ["0", "1", "2", "3"], [.. Enumerable.Repeat(RewardRow.Empty, 4)]);

    public void Dispose() => _policy.Dispose();

    [Fact]
    public void PromptsWhoseCompletionsAreEquallyGoodAreSampledAgain()
    {
        // The completions of prompt 1 are all equally good when they are first scored, and those of prompt 2 always.
        var (asked, draws) = (0, new Random(1));
        var reward = RewardFunction.Of("number", (prompt, _) => prompt switch
        {
            "1" => asked++ < Size ? 5 : asked,
            "2" => 7,
            _ => draws.NextDouble(),
        });
        var (sampler, scores) = (Sampler(), Scores(reward));
        var groups = sampler.Sample([0, 1, 2, 3], Size, round: 0, default);
        SampledGroup[] before = [.. groups];
        var said = scores.Score(groups, default);

        var sampled = new EqualGroups(sampler, scores, retries: 3).Replace(groups, said, round: 0, default);

        sampled.Should().Be(4, "prompts 1 and 2 once, then prompt 2 twice more");
        groups[0].Should().BeSameAs(before[0]);
        groups[3].Should().BeSameAs(before[3]);
        groups[1].Rows.Select(row => row.Score).Should().Equal(4, 5, 6);
        said.Total[1].Should().Equal(4, 5, 6);
        said.Each[0].Values[Size..(2 * Size)].Should().Equal(4, 5, 6);
        groups[2].Rows.Select(row => row.Score).Should().Equal(7, 7, 7);
    }

    [Fact]
    public void NewCompletionsComeFromStreamsOfTheirOwnAndAreTheSameEachTime()
    {
        SampledGroup[] Again()
        {
            var (sampler, scores) = (Sampler(), Scores(RewardFunction.Of("one", (_, _) => 1)));
            var groups = sampler.Sample([0, 1], Size, round: 2, default);
            var said = scores.Score(groups, default);
            new EqualGroups(sampler, scores, retries: 1).Replace(groups, said, round: 2, default);
            return groups;
        }

        var (once, twice) = (Again(), Again());
        var original = Sampler().Sample([0, 1], Size, round: 2, default);

        Ids(once).Should().BeEquivalentTo(Ids(twice), options => options.WithStrictOrdering());
        Ids(once).Should().NotBeEquivalentTo(Ids(original), options => options.WithStrictOrdering());
    }

    [Fact]
    public void APolicyThatIsAlwaysRewardedAlikeIsSampledAgainAsOftenAsAllowed()
    {
        var options = OnPolicyRun.Rloo with
        {
            Rewards = [RewardFunction.Of("one", (_, _) => 1)],
            EqualGroupRetries = 2,
            EntropyCoefficient = 0,
            Training = OnPolicyRun.Rloo.Training with { MaxSteps = 1 },
        };

        var step = OnPolicyRun.Run(options).Steps[0];

        step["completions/sampled_again"].Should().Be(2 * 4, "a round has four prompts");
        step["frac_reward_zero_std"].Should().Be(1);
        OnPolicyRun.Run(options with { EqualGroupRetries = 0 }).Steps[0].Should().NotContainKey("completions/sampled_again");
    }

    private static int[][] Ids(SampledGroup[] groups) => [.. groups.SelectMany(group => group.Rows).Select(row => row.Ids)];

    private RolloutSampler Sampler() => new(_policy, _prompts, new(4, 1, Precision.Float32), seed: 3);

    private CompletionScores Scores(IRewardFunction reward) =>
        new(new([reward], new([1], normalizesEach: false), FailedRewards.Throw), _prompts, ids => string.Join(' ', ids));
}
