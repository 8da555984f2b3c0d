using System.Text.Json;
using Microsoft.ML.Alignment.Batches;
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

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _golden = JsonDocument.Parse(Golden.Text("losses/losses.json")).RootElement;

    public void Dispose() => _scope.Dispose();

    public static IEnumerable<object[]> Entries => Enumerable.Range(0, 23).Select(entry => new object[] { "losses.json", entry })
        .Concat(Enumerable.Range(0, 12).Select(entry => new object[] { "f-divergence.json", entry }));

    [SharedTheory(StoriesModel.Folder, Policy)]
    [MemberData(nameof(Entries))]
    public void LossAndGradientsAreTheRecordedOnes(string file, int entry)
    {
        var run = new TrlDpo(file, entry);
        using var reference = StoriesModel.Load();
        using var policy = TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();
        var objective = Objective(run, policy, reference);
        var batch = Collator.Pack(Pairs());

        var result = objective.Evaluate(batch);
        result.Loss.backward();

        Require(result.Loss.item<float>(), run.Recorded.GetProperty("loss").GetDouble());
        Require(Norm(policy), run.Recorded.GetProperty("grad_norm").GetDouble());
        var weights = policy.Network.Weights;
        RequireGradient(weights["model.norm.weight"].grad!, run.Recorded.GetProperty("grad_final_norm"));
        RequireGradient(weights["model.layers.0.self_attn.q_proj.weight"].grad![0], run.Recorded.GetProperty("grad_q0_row0"));
    }

    private static PreferenceObjective Objective(TrlDpo run, LanguageModel policy, LanguageModel reference)
    {
        PreferenceLoss Nothing(PairLogProbs policy, PairLogProbs reference) => new(zeros(5), zeros(5), zeros(5));
        return new(policy, reference, run.Loss is null ? Nothing : (policy, reference) => run.Loss.Evaluate(policy, reference, run.Beta))
        {
            SftWeight = run.SftWeight,
            Details = run.Loss?.Details ?? PairDetails.None,
        };
    }

    private static void Require(double actual, double expected) => actual.Should().BeApproximately(expected, 1e-4 * Math.Abs(expected));

    private static double Norm(LanguageModel model) => Math.Sqrt(model.TrainableParameters
        .Select(parameter => parameter.grad).OfType<Tensor>().Sum(gradient => gradient.to(float64).square().sum().item<double>()));

    private static void RequireGradient(Tensor actual, JsonElement expected)
    {
        float[] numbers = [.. expected.EnumerateArray().Select(x => x.GetSingle())];
        TestModels.Difference(actual.data<float>().ToArray(), numbers).Should().BeLessThan(1e-4 * numbers.Max(Math.Abs));
    }

    private TokenizedExample[] Pairs()
    {
        var sides = _golden.GetProperty("dpo_batch").EnumerateArray().Select(Split).ToArray();
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
