using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class GroupAdvantagesTests
{
    private static readonly double?[] Four = [1, 0, 0, 0.5];

    [Theory]
    [InlineData(AdvantageKind.Group, new[] { 1.305309749, -0.783185850, -0.783185850, 0.261061950 })]
    [InlineData(AdvantageKind.Unscaled, new[] { 0.625, -0.375, -0.375, 0.125 })]
    [InlineData(AdvantageKind.LeaveOneOut, new[] { 0.833333333, -0.5, -0.5, 0.166666667 })]
    public void AdvantagesAreThoseOfTheReferenceNumbers(AdvantageKind kind, double[] expected)
    {
        var advantages = Of(kind, [Four])[0];

        for (var i = 0; i < expected.Length; i++)
            advantages[i]![0].Should().BeApproximately(expected[i], 1e-8);
    }

    [Fact]
    public void RewardsRecordedByTrlGiveItsAdvantages()
    {
        var recorded = RaggedRollout.Read("rl/policy-gradient.json");
        var rewards = recorded.Numbers("rewards").Select(reward => (double?)reward).ToArray();

        var advantages = Of(AdvantageKind.Group, [rewards[..3], rewards[3..]]).SelectMany(group => group).Select(row => row![0]);

        advantages.Zip(recorded.Numbers("advantages")).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Theory]
    [InlineData(AdvantageKind.Group)]
    [InlineData(AdvantageKind.Batch)]
    [InlineData(AdvantageKind.LeaveOneOut)]
    [InlineData(AdvantageKind.Unscaled)]
    public void ACompletionWithoutRewardIsNotComparedWith(AdvantageKind kind)
    {
        var with = Of(kind, [[1, null, 0, 0.5], [2, null]]);
        var without = Of(kind, [[1, 0, 0.5]]);

        with[0][1].Should().BeNull();
        with[1].Should().AllBeEquivalentTo((double[]?)null, "one reward alone has nothing to compare with");
        if (kind != AdvantageKind.Batch) // the reward of the other group is one of the batch
            new[] { with[0][0]![0], with[0][2]![0], with[0][3]![0] }.Should().Equal(without[0].Select(row => row![0]));
    }

    [Theory]
    [InlineData(AdvantageKind.Group)]
    [InlineData(AdvantageKind.Batch)]
    [InlineData(AdvantageKind.LeaveOneOut)]
    [InlineData(AdvantageKind.Unscaled)]
    public void EqualRewardsTeachNothing(AdvantageKind kind) =>
        Of(kind, [[0.7, 0.7, 0.7], [1, 0]])[0].Should().OnlyContain(row => Math.Abs(row![0]) < 1e-11); // a rounding error over 1e-4

    [Fact]
    public void OfABatchDifferencesAreMeasuredInTheDeviationOfAllRewards()
    {
        double?[] first = [3, 1], second = [10, 4];

        var advantages = Of(AdvantageKind.Batch, [first, second]);

        // Mean 4.5; squared distances 2.25 + 12.25 + 30.25 + 0.25 = 45, over 3.
        var deviation = Math.Sqrt(15) + 1e-4;
        advantages[0][0]![0].Should().BeApproximately(1 / deviation, 1e-12);
        advantages[1][1]![0].Should().BeApproximately(-3 / deviation, 1e-12);
    }

    [Fact]
    public void TheDivergenceOfAllTokensIsTakenOffTheReward()
    {
        var kind = new GroupAdvantages(AdvantageKind.LeaveOneOut, alone => alone);

        var advantages = kind.Of([[new(1, [0.5, 0.5], 0.1), new(0, [2], 0.1)]]);

        // 1 − 0.1 · 1 = 0.9 against 0 − 0.1 · 2 = −0.2.
        advantages[0][0].Should().HaveCount(2).And.OnlyContain(a => Math.Abs(a - 1.1) < 1e-12);
        advantages[0][1].Should().ContainSingle().Which.Should().BeApproximately(-1.1, 1e-12);
    }

    [Theory]
    [InlineData(AdvantageKind.Global)]
    [InlineData(AdvantageKind.GlobalWithGroupBaseline)]
    public void GlobalAdvantagesEqualAnIndependentComputation(AdvantageKind kind)
    {
        RewardedTokens[][] groups = [[new(2, [0.3, -0.2, 0.1], 0.5), new(1, [0.4], 0.5)], [new(-1, [0.1, 0.1], 0.5), new(4, [0, 1], 0.5)]];

        var advantages = new GroupAdvantages(kind, alone => alone).Of(groups);

        var tokens = new List<double>();
        foreach (var group in groups)
        {
            var baseline = kind == AdvantageKind.Global ? 0 : (group[0].Score!.Value + group[1].Score!.Value) / 2;
            foreach (var member in group)
                for (var t = 0; t < member.Length; t++)
                    tokens.Add(member.Score!.Value - baseline - (0.5 * member.Divergences[t..].Sum()));
        }

        var mean = tokens.Average();
        var deviation = Math.Sqrt(tokens.Sum(x => (x - mean) * (x - mean)) / (tokens.Count - 1));
        var actual = advantages.SelectMany(group => group).SelectMany(row => row!).ToArray();
        for (var i = 0; i < tokens.Count; i++)
            actual[i].Should().BeApproximately((tokens[i] - mean) / deviation, 1e-7);
    }

    [Fact]
    public void SeveralProcessesCompareAsOne()
    {
        double?[][] all = [[3, 1], [10, 4], [0, 0.5]];
        var whole = Of(AdvantageKind.Batch, all);

        // Two processes that meet at each sum, played one after another: the first pass collects, the second gives the sums.
        var sums = new List<double[]>();
        double[] Collect(double[] own)
        {
            sums.Add(own);
            return own;
        }

        _ = new GroupAdvantages(AdvantageKind.Batch, Collect).Of(Groups(all[1..]));
        var others = sums[0];
        var mean = (14.0 + 4.5) / 6;
        var squares = all[1..].SelectMany(g => g).Sum(x => (x!.Value - mean) * (x.Value - mean));
        var call = 0;
        double[] WithOthers(double[] own) => call++ == 0 ? [own[0] + others[0], own[1] + others[1]] : [own[0] + squares];

        var first = new GroupAdvantages(AdvantageKind.Batch, WithOthers).Of(Groups(all[..1]));

        first[0][0]![0].Should().BeApproximately(whole[0][0]![0], 1e-12);
    }

    [Fact]
    public void SeveralRewardsAreSummedOrNormalisedFirst()
    {
        double?[][] scores = [[1, 0, null], [10, 30, null]];

        new RewardSum([1, 0.1], normalizesEach: false).Of(scores).Should().Equal(2, 3, null);
        var each = new RewardSum([1, 0.5], normalizesEach: true).Of(scores);
        // Both spread ±0.5 and ±10 around their means: deviations √½ and √200.
        each[0]!.Value.Should().BeApproximately((0.5 / (Math.Sqrt(0.5) + 1e-4)) - (0.5 * 10 / (Math.Sqrt(200) + 1e-4)), 1e-9);
        each[0].Should().BeApproximately(-each[1]!.Value, 1e-9);
        each[2].Should().BeNull();
    }

    private static double[]?[][] Of(AdvantageKind kind, double?[][] groups) => new GroupAdvantages(kind, alone => alone).Of(Groups(groups));

    private static RewardedTokens[][] Groups(double?[][] groups) =>
        [.. groups.Select(group => group.Select((score, at) => new RewardedTokens(score, new double[1 + (at % 3)], 0)).ToArray())];
}
