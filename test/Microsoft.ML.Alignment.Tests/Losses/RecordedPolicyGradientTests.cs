using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

/// <summary>Losses of GRPO and RLOO that TRL computed on six completions.</summary>
public sealed class RecordedPolicyGradientTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("policy-gradient", "grpo", 8)]
    [InlineData("policy-gradient", "rloo", 2)]
    [InlineData("grpo-kl-ratio", "grpo", 4)]
    public void LossesAreThoseThatWereRecorded(string file, string section, int count)
    {
        var recorded = RaggedRollout.Read($"rl/{file}.json");
        var entries = recorded[section].EnumerateArray().ToArray();
        entries.Should().HaveCount(count);
        foreach (var entry in entries)
        {
            var variant = RecordedVariant.Of(section, file, entry.GetProperty("options"));

            var tokens = variant.Evaluate(recorded);

            Near.Relative(tokens.Loss.item<double>(), entry.GetProperty("loss").GetDouble(), 1e-4, entry.GetProperty("options").ToString());
            RequireMetrics(entry.GetProperty("metrics"), tokens, variant, recorded.Rows("policy_logps"));
        }
    }

    // Recorded clip ratios are means over all that has a ratio: tokens, or completions.
    private static void RequireMetrics(JsonElement metrics, RecordedVariant.Result result, RecordedVariant variant, double[][] rows)
    {
        var averaging = variant.Loss.Ratio == RatioLevel.Token ? TokenAveraging.Step : TokenAveraging.Completion;
        var means = RaggedRollout.Weights(averaging, [.. rows.Select(row => row.Length)]);
        foreach (var (name, mask) in new[] { ("clip_ratio/low_mean", result.Tokens.IsClippedLow), ("clip_ratio/high_mean", result.Tokens.IsClippedHigh) })
        {
            if (!metrics.TryGetProperty(name, out var expected))
                continue;
            means.masked_select(mask).sum().item<double>().Should().BeApproximately(expected.GetDouble(), 1e-6, name);
        }
    }
}
