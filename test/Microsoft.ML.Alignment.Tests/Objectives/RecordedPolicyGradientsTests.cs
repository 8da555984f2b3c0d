using System.Text.Json;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Losses and gradients of GRPO's variants and of RLOO on a real model are those that TRL recorded.</summary>
public sealed class RecordedPolicyGradientsTests : IDisposable
{
    private const string PolicyFolder = "golden/losses/policy";

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static IEnumerable<object[]> Entries =>
        Enumerable.Range(0, 8).Select(entry => new object[] { "policy-gradient", "grpo", entry })
            .Concat(Enumerable.Range(0, 2).Select(entry => new object[] { "policy-gradient", "rloo", entry }))
            .Concat(Enumerable.Range(0, 4).Select(entry => new object[] { "grpo-kl-ratio", "grpo", entry }));

    [SharedTheory(PolicyFolder)]
    [MemberData(nameof(Entries))]
    public void LossAndGradientsAreTheRecordedOnes(string file, string section, int entry)
    {
        var recorded = RaggedRollout.Read($"rl/{file}.json");
        var expected = recorded[section][entry];
        var variant = RecordedVariant.Of(section, file, expected.GetProperty("options"));
        using var policy = TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();
        var objective = new PolicyGradientObjective(policy, new(variant.Loss, variant.Averaging, recorded["max_completion_length"].GetInt32())
        {
            Penalty = variant.Beta == 0 ? null : new() { Coefficient = variant.Beta, Estimator = variant.TimesRatio ? KLEstimator.WeightedK3 : KLEstimator.K3 },
        });

        // Two micro-batches, one a prompt: their denominators are those of the step.
        var (loss, _, metrics) = ObjectiveSteps.Run(policy, objective, RandomRollouts.Batches(Groups(recorded), groupsAtOnce: 1));

        Near(loss, expected.GetProperty("loss").GetDouble());
        Near(Norm(policy), expected.GetProperty("grad_norm").GetDouble());
        var weights = policy.Network.Weights;
        RequireGradient(weights["model.norm.weight"].grad!, expected.GetProperty("grad_final_norm"));
        if (variant.Beta > 0 && expected.GetProperty("metrics").TryGetProperty("kl", out var divergence) && !variant.TimesRatio)
            metrics["kl"].Should().BeApproximately(divergence.GetDouble(), 1e-4);
    }

    private static SampledGroup[] Groups(RaggedRollout recorded)
    {
        var (prompts, completions) = (Ids(recorded, "prompt_ids"), Ids(recorded, "completion_ids"));
        var (old, reference) = (recorded.Rows("old_logps"), recorded.Rows("reference_logps"));
        var advantages = recorded.Numbers("advantages");
        var size = recorded["group_size"].GetInt32();
        return [.. prompts.Select((prompt, at) => new SampledGroup(at, prompt, [.. Enumerable.Range(at * size, size).Select(i => new SampledRow(completions[i], ended: true)
        {
            LogProbs = Array.ConvertAll(old[i], x => (float)x),
            ReferenceLogProbs = Array.ConvertAll(reference[i], x => (float)x),
            Advantages = [.. completions[i].Select(_ => (float)advantages[i])],
        })]))];
    }

    private static int[][] Ids(RaggedRollout recorded, string name) =>
        [.. recorded[name].EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt32()).ToArray())];

    private static double Norm(LanguageModel model) => Math.Sqrt(model.TrainableParameters
        .Select(parameter => parameter.grad).OfType<Tensor>().Sum(gradient => gradient.to(float64).square().sum().item<double>()));

    private static void Near(double actual, double expected) => actual.Should().BeApproximately(expected, 1e-4 * Math.Max(0.1, Math.Abs(expected)));

    private static void RequireGradient(Tensor actual, JsonElement expected)
    {
        float[] numbers = [.. expected.EnumerateArray().Select(x => x.GetSingle())];
        TestModels.Difference(actual.data<float>().ToArray(), numbers).Should().BeLessThan(2e-4 * numbers.Max(Math.Abs));
    }
}
