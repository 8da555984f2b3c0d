using System.Text.Json;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.References;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>KTO's losses, gradients and metrics of a batch on two real models are the recorded ones, in whatever micro-batches.</summary>
public sealed class RecordedFeedbackTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly JsonElement _golden = JsonDocument.Parse(Golden.Text("losses/losses.json")).RootElement;

    public void Dispose() => _scope.Dispose();

    [SharedTheory(StoriesModel.Folder, "golden/losses/policy")]
    [InlineData(0, 6)]
    [InlineData(1, 6)]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    public void LossGradientsAndMetricsAreTheRecordedOnes(int entry, int microBatchSize)
    {
        var expected = _golden.GetProperty("kto")[entry];
        using var reference = StoriesModel.Load();
        using var policy = TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();

        var result = FeedbackSteps.Train(Objective(expected.GetProperty("options"), new(policy, reference, Precision.Float32)),
            FeedbackSteps.One(Rows(), microBatchSize));

        Near.Relative(result.Loss, expected.GetProperty("loss").GetDouble(), 1e-4);
        Near.Relative(Norm(policy), expected.GetProperty("grad_norm").GetDouble(), 1e-4);
        RequireGradient(policy.Network.Weights["model.norm.weight"].grad!, expected.GetProperty("grad_final_norm"));
        RequireGradient(policy.Network.Weights["model.layers.0.self_attn.q_proj.weight"].grad![0], expected.GetProperty("grad_q0_row0"));
        foreach (var (name, value) in result.Metrics)
            Near.Relative(value, expected.GetProperty("metrics").GetProperty(name).GetDouble(), 1e-4, name);
    }

    private static UnpairedObjective<KtoBatch> Objective(JsonElement options, ReferencedPolicy models)
    {
        double Number(string name, double otherwise) => options.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
        var (beta, weights) = (Number("beta", 0.1), new FeedbackWeights(Number("desirable_weight", 1), Number("undesirable_weight", 1)));
        var isApoZero = options.TryGetProperty("loss_type", out var type) && type.GetString() == "apo_zero_unpaired";
        return new(models, (logRatios, divergence) => KtoLoss.Compute(logRatios, divergence, beta, weights),
            isApoZero ? new ZeroPoint() : new MismatchedDivergence());
    }

    private TokenizedExample[] Rows()
    {
        var batch = _golden.GetProperty("kto_batch");
        return [.. Enumerable.Range(0, batch.GetProperty("label").GetArrayLength()).Select(row =>
        {
            int[] Numbers(string name) => [.. batch.GetProperty(name)[row].EnumerateArray().Select(x => x.GetInt32())];
            var ids = Numbers("input_ids")[..Numbers("attention_mask").Sum()];
            var prompt = Array.IndexOf(Numbers("completion_mask"), 1);
            return new TokenizedExample(ids[..prompt], [ids[prompt..]], [batch.GetProperty("label")[row].GetBoolean() ? 1 : 0]);
        })];
    }

    private static double Norm(LanguageModel model) => Math.Sqrt(model.TrainableParameters
        .Select(parameter => parameter.grad).OfType<Tensor>().Sum(gradient => gradient.to(float64).square().sum().item<double>()));

    private static void RequireGradient(Tensor actual, JsonElement expected)
    {
        float[] numbers = [.. expected.EnumerateArray().Select(x => x.GetSingle())];
        TestModels.Difference(actual.data<float>().ToArray(), numbers).Should().BeLessThan(1e-4 * numbers.Max(Math.Abs));
    }
}
