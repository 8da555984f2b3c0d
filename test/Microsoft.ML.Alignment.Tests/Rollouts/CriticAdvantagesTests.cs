using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class CriticAdvantagesTests
{
    private const double Coefficient = 0.3;

    private static SampledGroup[] Groups() => RandomRollouts.Groups(6, groupSize: 2, seed: 9);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AdvantagesEqualAnIndependentComputation(bool bootstraps)
    {
        var groups = Groups();
        groups.SelectMany(group => group.Rows).Should().Contain(row => row.Ended).And.Contain(row => !row.Ended);

        new CriticAdvantages(new(0.95, 0.9), alone => alone) { WhitensAdvantages = false, BootstrapsTruncated = bootstraps }.Give(groups, Coefficient);

        foreach (var row in groups.SelectMany(group => group.Rows))
        {
            var (advantage, next) = (0d, bootstraps && !row.Ended ? row.NextValue : 0d);
            for (var t = row.Ids.Length - 1; t >= 0; t--)
            {
                var reward = -Coefficient * ((double)row.LogProbs![t] - row.ReferenceLogProbs![t]);
                if (t == row.Ids.Length - 1)
                    reward += row.Score!.Value;
                advantage = reward + (0.95 * next) - row.Values![t] + (0.95 * 0.9 * advantage);
                next = row.Values[t];
                row.Advantages![t].Should().BeApproximately((float)advantage, 1e-5f);
                row.Returns![t].Should().BeApproximately((float)(advantage + row.Values[t]), 1e-5f);
            }
        }
    }

    [Fact]
    public void ACompletionThatWasCutIsWorthMoreOnlyWhereItIsBootstrapped()
    {
        var (plain, bootstrapped) = (Groups(), Groups());
        foreach (var row in bootstrapped.Concat(plain).SelectMany(group => group.Rows))
            row.NextValue = 3;

        new CriticAdvantages(new(1, 1), alone => alone) { WhitensAdvantages = false }.Give(plain, 0);
        new CriticAdvantages(new(1, 1), alone => alone) { WhitensAdvantages = false, BootstrapsTruncated = true }.Give(bootstrapped, 0);

        foreach (var (without, with) in plain.SelectMany(group => group.Rows).Zip(bootstrapped.SelectMany(group => group.Rows)))
            (with.Returns![0] - without.Returns![0]).Should().BeApproximately(with.Ended ? 0 : 3, 1e-5f);
    }

    [Fact]
    public void WhitenedAdvantagesHaveMeanZeroAndDeviationOneOverTheTokensOfTheRound()
    {
        var groups = Groups();
        groups[2].Rows[1].Score = null;

        new CriticAdvantages(new(1, 0.95), alone => alone).Give(groups, Coefficient);

        double[] all = [.. groups.SelectMany(group => group.Rows).Where(row => row.Advantages is not null).SelectMany(row => row.Advantages!).Select(a => (double)a)];
        all.Average().Should().BeApproximately(0, 1e-6);
        all.Sum(a => a * a).Should().BeApproximately(all.Length - 1, 1e-4);
        groups[2].Rows[1].Advantages.Should().BeNull("a completion without a score is not trained on");
    }
}
