using System.Text.Json;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

/// <summary>Rewards, advantages and control that OpenRLHF computed on five completions of 9, 1, 4, 7 and 2 tokens.</summary>
public sealed class RecordedRolloutTests
{
    private const double Tolerance = 1e-5;

    private readonly RaggedRollout _recorded = RaggedRollout.Read("rl/ppo-ragged.json");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void RewardsAdvantagesAndReturnsAreThoseThatWereRecorded(int setting)
    {
        var entry = _recorded["advantages"][setting];
        var gae = new Gae(entry.GetProperty("gamma").GetDouble(), entry.GetProperty("lambda_").GetDouble());
        var (scores, values) = (_recorded.Numbers("scores"), _recorded.Rows("old_values"));
        var (advantages, returns) = (new double[scores.Length][], new double[scores.Length][]);

        for (var i = 0; i < scores.Length; i++)
        {
            var rewards = TokenRewards.Of(Clipped(scores[i], entry), null, Divergences(i), entry.GetProperty("kl_coefficient").GetDouble());
            (advantages[i], returns[i]) = gae.Compute(rewards, values[i], next: 0);

            RequireNear(rewards, entry, "rewards", i);
            RequireNear(advantages[i], entry, "advantages", i);
            RequireNear(returns[i], entry, "returns", i);
            RequireNear(TokenRewards.ToGo(rewards, gae.Gamma), entry, "cumulative_returns", i);
        }

        // OpenRLHF divides by the deviation of a population, we by that of a sample.
        var moments = Moments.Of([.. advantages.SelectMany(row => row)], alone => alone);
        var factor = Math.Sqrt(moments.Count / (moments.Count - 1));
        for (var i = 0; i < scores.Length; i++)
            RequireNear(Array.ConvertAll(advantages[i], a => factor * moments.Whiten(a)), entry, "normalized", i);
    }

    [Fact]
    public void TheCoefficientTakesTheRecordedPath()
    {
        var entries = _recorded["adaptive_kl"].EnumerateArray().ToArray();
        var first = entries[0];
        var controller = new KLController(new()
        {
            Coefficient = first.GetProperty("initial").GetDouble(),
            Target = first.GetProperty("target").GetDouble(),
            Horizon = first.GetProperty("horizon").GetInt32(),
        });

        foreach (var entry in entries)
        {
            controller.Observe(entry.GetProperty("current").GetDouble(), entry.GetProperty("samples").GetInt32());
            controller.Coefficient.Should().BeApproximately(entry.GetProperty("coefficient").GetDouble(), 1e-12);
        }
    }

    private double[] Divergences(int row) => TokenRewards.Divergences(
        Array.ConvertAll(_recorded.Rows("old_logps")[row], x => (float)x), Array.ConvertAll(_recorded.Rows("reference_logps")[row], x => (float)x));

    private static double Clipped(double score, JsonElement entry) => entry.GetProperty("score_clip") is { ValueKind: JsonValueKind.Array } range
        ? new ScoreScale(0, 1, range[1].GetDouble()).Apply(score)
        : score;

    private static void RequireNear(double[] actual, JsonElement entry, string name, int row)
    {
        var expected = RaggedRollout.Rows(entry.GetProperty(name))[row];
        actual.Should().HaveSameCount(expected);
        for (var t = 0; t < expected.Length; t++)
            actual[t].Should().BeApproximately(expected[t], Tolerance * Math.Max(1, Math.Abs(expected[t])), $"{name} {row}, {t}");
    }
}
