using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

/// <summary>Losses and gradients of PPO that OpenRLHF computed on five completions of 9, 1, 4, 7 and 2 tokens.</summary>
public sealed class RecordedPpoLossTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly RaggedRollout _recorded = RaggedRollout.Read("rl/ppo-ragged.json");

    public void Dispose() => _scope.Dispose();

    private int[] Lengths => [.. _recorded.Numbers("lengths").Select(length => (int)length)];

    [Fact]
    public void PolicyLossesAreThoseThatWereRecorded()
    {
        var entries = _recorded["policy_loss"].EnumerateArray().ToArray();
        entries.Should().HaveCount(5);
        foreach (var entry in entries)
        {
            var options = entry.GetProperty("options");
            var logProbs = RaggedRollout.Flat(_recorded.Rows("new_logps")).requires_grad_();
            var tokens = new SampledTokens(
                logProbs, RaggedRollout.Flat(_recorded.Rows("old_logps")), Advantages("normalized"), RaggedRollout.Sequences(Lengths));

            var result = LossOf(options).Compute(tokens);
            var loss = result.Loss.mul(RaggedRollout.Weights(AveragingOf(options), Lengths)).sum();
            loss.backward();

            Near.Relative(loss.item<double>(), entry.GetProperty("loss").GetDouble(), Tolerance, options.ToString());
            RequireNear(logProbs.grad!, RaggedRollout.Rows(entry.GetProperty("grad_new_logps")), options);
            var clipped = result.IsClippedLow.logical_or(result.IsClippedHigh).to_type(float64).mean().item<double>();
            clipped.Should().BeApproximately(entry.GetProperty("clip_fraction").GetDouble(), 1e-6, options.ToString());
        }
    }

    [Fact]
    public void ValueLossesAreThoseThatWereRecorded()
    {
        var entries = _recorded["value_loss"].EnumerateArray().ToArray();
        entries.Should().HaveCount(3);
        foreach (var entry in entries)
        {
            var options = entry.GetProperty("options");
            var values = RaggedRollout.Flat(_recorded.Rows("new_values")).requires_grad_();
            double? range = options.TryGetProperty("clip_eps", out var epsilon) ? epsilon.GetDouble() : null;

            var (tokens, _) = ClippedValueLoss.Compute(
                values, RaggedRollout.Flat(_recorded.Rows("old_values")), Advantages("returns"), range);
            var loss = tokens.mul(RaggedRollout.Weights(AveragingOf(options), Lengths)).sum();
            loss.backward();

            Near.Relative(loss.item<double>(), entry.GetProperty("loss").GetDouble(), Tolerance, options.ToString());
            RequireNear(values.grad!, RaggedRollout.Rows(entry.GetProperty("grad_new_values")), options);
        }
    }

    [Theory]
    [InlineData("k1", KLEstimator.K1)]
    [InlineData("k2", KLEstimator.K2)]
    [InlineData("k3", KLEstimator.K3)]
    public void DivergencesAreThoseThatWereRecorded(string name, KLEstimator estimator)
    {
        var estimate = KLEstimate.Compute(
            estimator, RaggedRollout.Flat(_recorded.Rows("old_logps")), RaggedRollout.Flat(_recorded.Rows("reference_logps")));

        RequireNear(estimate, RaggedRollout.Rows(_recorded["kl"].GetProperty(name)), _recorded["kl"]);
    }

    private Tensor Advantages(string name) => RaggedRollout.Flat(RaggedRollout.Rows(_recorded["advantages"][0].GetProperty(name)));

    private static PolicyLoss LossOf(JsonElement options)
    {
        double? Number(string name) => options.TryGetProperty(name, out var value) ? value.GetDouble() : null;
        return new PolicyLoss.Clipped
        {
            Ratio = IsSequenceLevel(options) ? RatioLevel.CompletionMean : RatioLevel.Token,
            Range = Number("clip_eps_low") ?? 0.2,
            HighRange = Number("clip_eps_high"),
            MaxRatio = Number("dual_clip"),
        };
    }

    private static TokenAveraging AveragingOf(JsonElement options) =>
        IsSequenceLevel(options) || options.TryGetProperty("token_level_loss", out _) ? TokenAveraging.Completion : TokenAveraging.Step;

    private static bool IsSequenceLevel(JsonElement options) => options.TryGetProperty("policy_loss_type", out _);

    private static void RequireNear(Tensor actual, double[][] expected, JsonElement options)
    {
        var values = actual.to_type(float64).data<double>().ToArray();
        double[] flat = [.. expected.SelectMany(row => row)];
        values.Should().HaveSameCount(flat);
        for (var i = 0; i < flat.Length; i++)
            values[i].Should().BeApproximately(flat[i], Tolerance * Math.Max(1, Math.Abs(flat[i])), $"entry {i} of {options}");
    }
}
