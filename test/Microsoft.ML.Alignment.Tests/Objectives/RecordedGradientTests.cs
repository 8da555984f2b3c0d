using System.Text.Json;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Losses and gradients of a batch on two real models are the recorded ones.</summary>
public sealed class RecordedGradientTests : IDisposable
{
    private const string Policy = "golden/losses/policy";

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonElement golden = JsonDocument.Parse(Golden.Text("losses/losses.json")).RootElement;

    public void Dispose() => scope.Dispose();

    [SharedTheory(StoriesModel.Folder, Policy)]
    [InlineData(0, 0.1, 0)]
    [InlineData(1, 0.5, 0)]
    [InlineData(16, 0, 1)]
    public void LossAndGradientsAreTheRecordedOnes(int entry, double beta, double sftWeight)
    {
        using var reference = StoriesModel.Load();
        using var policy = TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();
        PreferenceLoss Dpo(PairLogProbs policy, PairLogProbs reference) => DpoLoss.Compute(policy.Sum, reference.Sum, beta);
        var objective = new PreferenceObjective(policy, reference, Dpo) { SftWeight = sftWeight };
        var (expected, batch) = (golden.GetProperty("dpo")[entry], Collator.Pack(Pairs()));

        var result = objective.Evaluate(batch, objective.Count(batch));
        result.Loss.backward();

        // With beta 0 every pair has the loss ln 2 and no gradient: what is left is the SFT term.
        var loss = result.Loss.item<float>() - (beta == 0 ? Math.Log(2) : 0);
        Near.Relative(loss, expected.GetProperty("loss").GetDouble(), 1e-4);
        Near.Relative(Norm(policy), expected.GetProperty("grad_norm").GetDouble(), 1e-4);
        RequireGradient(policy.Network.Weights["model.norm.weight"].grad!, expected.GetProperty("grad_final_norm"));
        RequireGradient(policy.Network.Weights["model.layers.0.self_attn.q_proj.weight"].grad![0], expected.GetProperty("grad_q0_row0"));
    }

    private static double Norm(LanguageModel model) => Math.Sqrt(model.TrainableParameters
        .Select(parameter => parameter.grad).OfType<Tensor>().Sum(gradient => gradient.to(float64).square().sum().item<double>()));

    private static void RequireGradient(Tensor actual, JsonElement expected) =>
        TestModels.Difference(actual.data<float>().ToArray(), [.. expected.EnumerateArray().Select(x => x.GetSingle())])
            .Should().BeLessThan(1e-4);

    private TokenizedExample[] Pairs()
    {
        var sides = golden.GetProperty("dpo_batch").EnumerateArray().Select(Split).ToArray();
        var count = sides.Length / 2;
        return [.. Enumerable.Range(0, count).Select(
            i => new TokenizedExample(sides[i].Prompt, [sides[i].Completion, sides[count + i].Completion], []))];
    }

    private static (int[] Prompt, int[] Completion) Split(JsonElement side)
    {
        int[] ids = [.. side.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
        var prompt = side.GetProperty("completion_mask").EnumerateArray().TakeWhile(m => m.GetInt32() == 0).Count();
        return (ids[..prompt], ids[prompt..]);
    }
}
