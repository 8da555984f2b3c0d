using System.Text.Json;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>What TRL gave for every loss on one batch of five pairs.</summary>
internal sealed class RecordedLosses
{
    private readonly JsonElement _root = JsonDocument.Parse(Golden.Text("losses/losses.json")).RootElement.Clone();

    private JsonElement[] Sides => [.. _root.GetProperty("dpo_batch").EnumerateArray()];

    public double Loss(string section, int entry) => Entry(section, entry).GetProperty("loss").GetDouble();

    public double Metric(string section, int entry, string name) =>
        Entry(section, entry).GetProperty("metrics").GetProperty(name).GetDouble();

    /// <summary>The recorded log-probabilities of the completions under one of the models.</summary>
    /// <param name="key"><c>policy_logps</c> or <c>reference_logps</c>.</param>
    public PairLogProbs LogProbs(string key) => new(
        Pair.Split(tensor(Sides.Select(side => (float)Tokens(side, key).Sum()).ToArray())),
        Pair.Split(tensor(Sides.Select(side => (float)Tokens(side, key).Length).ToArray())));

    /// <summary>The negative log-likelihood a token of the chosen completions under the policy.</summary>
    public double ChosenNegativeLogLikelihood
    {
        get
        {
            double[] tokens = [.. Sides.Take(Sides.Length / 2).SelectMany(side => Tokens(side, "policy_logps"))];
            return -tokens.Average();
        }
    }

    public TokenizedExample[] Pairs()
    {
        var sides = Sides.Select(Split).ToArray();
        var count = sides.Length / 2;
        return [.. Enumerable.Range(0, count).Select(
            i => new TokenizedExample(sides[i].Prompt, [sides[i].Completion, sides[count + i].Completion], []))];
    }

    /// <summary>Asserts that an objective gives the recorded loss and gradients of the policy, which trains.</summary>
    public void RequireGradients(string section, int entry, LanguageModel policy, IObjective<TokenBatch> objective)
    {
        var (expected, batch) = (Entry(section, entry), Collator.Pack(Pairs()));

        var result = objective.Evaluate(batch);
        result.Loss.backward();

        Near.Relative(result.Loss.item<float>(), expected.GetProperty("loss").GetDouble(), 1e-4);
        var norm = Math.Sqrt(policy.TrainableParameters
            .Select(parameter => parameter.grad).OfType<Tensor>().Sum(gradient => gradient.to(float64).square().sum().item<double>()));
        Near.Relative(norm, expected.GetProperty("grad_norm").GetDouble(), 1e-4);
        RequireNear(policy.Network.Weights["model.norm.weight"].grad!, expected.GetProperty("grad_final_norm"));
        RequireNear(policy.Network.Weights["model.layers.0.self_attn.q_proj.weight"].grad![0], expected.GetProperty("grad_q0_row0"));
    }

    private static void RequireNear(Tensor actual, JsonElement expected)
    {
        float[] values = [.. expected.EnumerateArray().Select(x => x.GetSingle())];
        TestModels.Difference(actual.data<float>().ToArray(), values).Should().BeLessThan(1e-4 * Math.Max(1, values.Max(Math.Abs)));
    }

    private JsonElement Entry(string section, int entry) => _root.GetProperty(section)[entry];

    private static double[] Tokens(JsonElement side, string key) => [.. side.GetProperty(key).EnumerateArray().Select(x => x.GetDouble())];

    private static (int[] Prompt, int[] Completion) Split(JsonElement side)
    {
        int[] ids = [.. side.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
        var prompt = side.GetProperty("completion_mask").EnumerateArray().TakeWhile(m => m.GetInt32() == 0).Count();
        return (ids[..prompt], ids[prompt..]);
    }
}
