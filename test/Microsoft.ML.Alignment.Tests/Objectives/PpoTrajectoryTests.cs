using System.Text.Json;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Three updates of TRL's PPO, number by number, with its own responses.</summary>
public sealed class PpoTrajectoryTests
{
    [Theory]
    [InlineData("ppo-full")]
    [InlineData("ppo-lora")]
    [InlineData("ppo-whitened")]
    public void RecordedResponsesGiveTheRecordedRun(string name)
    {
        using var run = new RecordedPpo(name);
        foreach (var (update, index) in run.Updates.Select((update, index) => (update, index)))
        {
            // Weights drift apart from one rounding error on: Adam divides small gradients by their own size.
            var tolerance = index == 0 ? 1e-4f : 1e-3f;
            var groups = run.Round(update);
            RequireRows(groups, row => row.LogProbs!, update, "logprobs", tolerance);
            RequireRows(groups, row => row.ReferenceLogProbs!, update, "reference_logprobs", tolerance);
            RequireRows(groups, row => row.Values!, update, "values", tolerance);
            RequireRows(groups, row => row.Returns!, update, "returns", tolerance);
            RequireRows(groups, row => row.Advantages!, update, "advantages", tolerance);
            groups.Select(group => (float)group.Rows[0].Score!.Value).Zip(Numbers(update.GetProperty("scores")))
                .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4, "the reward model stands still");

            foreach (var miniBatch in update.GetProperty("minibatches").EnumerateArray())
                RequireStep(run.Step(groups, miniBatch, update.GetProperty("learning_rate").GetDouble()), miniBatch);
        }

        var ids = run.Final.Longs("input_ids");
        var rows = PackedSequences.Of([[.. ids.Select(id => (int)id)]]);
        TestModels.Difference(TestModels.Logits(run.Policy, rows), run.Final.Floats("logits")).Should().BeLessThan(1e-2f);
        TestModels.Difference(run.Values(ids), run.Final.Floats("values")).Should().BeLessThan(1e-2f);
    }

    private static void RequireStep((IReadOnlyDictionary<string, double> Metrics, double[] Norms) step, JsonElement recorded)
    {
        void Near(double actual, string name, double tolerance) =>
            Support.Near.Relative(actual, recorded.GetProperty(name).GetDouble(), tolerance, name);
        Near(step.Metrics["loss/policy_avg"], "policy_loss", 1e-3);
        Near(step.Metrics["loss/value_avg"], "value_loss", 1e-3);
        Near(step.Norms[0], "policy_grad_norm", 1e-3);
        Near(step.Norms[1], "value_grad_norm", 1e-3);
        Near(step.Metrics["policy/clipfrac_avg"], "policy_clip_fraction", 1e-6);
        Near(step.Metrics["val/clipfrac_avg"], "value_clip_fraction", 1e-6);
        Near(step.Metrics["policy/approxkl_avg"], "approx_kl", 1e-3);
        Near(step.Metrics["val/ratio"], "ratio_mean", 1e-3);
    }

    private static void RequireRows(SampledGroup[] groups, Func<SampledRow, float[]> of, JsonElement update, string name, float tolerance)
    {
        var recorded = update.GetProperty(name).EnumerateArray().Select(Numbers).ToArray();
        for (var i = 0; i < groups.Length; i++)
            TestModels.Difference(of(groups[i].Rows[0]), recorded[i]).Should().BeLessThan(tolerance, $"{name} of row {i}");
    }

    private static float[] Numbers(JsonElement row) => [.. row.EnumerateArray().Select(x => x.GetSingle())];
}
