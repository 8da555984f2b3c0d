using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Gradients that an objective gives, for the same examples in one or in several micro-batches.</summary>
internal static class GradientChecks
{
    /// <summary>Asserts that loss and gradients do not depend on how a step is cut into micro-batches.</summary>
    public static void RequireSameInMicroBatches(LanguageModel model, IObjective<TokenBatch> objective, TokenizedExample[] examples)
    {
        var (wholeLoss, whole) = Accumulate(model, objective, [examples]);
        var (loss, parts) = Accumulate(model, objective, [examples[..2], examples[2..3], examples[3..]]);

        loss.Should().BeApproximately(wholeLoss, 1e-6 * Math.Max(1, Math.Abs(wholeLoss)));
        whole.Should().Contain(gradient => gradient.Any(x => x != 0));
        parts.Should().HaveSameCount(whole);
        for (var i = 0; i < whole.Length; i++)
            TestModels.Difference(parts[i], whole[i]).Should().BeLessThan(1e-6 * Math.Max(1, whole[i].Max(Math.Abs)));
    }

    private static (double Loss, float[][] Gradients) Accumulate(LanguageModel model, IObjective<TokenBatch> objective, TokenizedExample[][] parts)
    {
        using var scope = NewDisposeScope();
        var batches = parts.Select(part => Collator.Pack(part)).ToArray();
        var counts = batches.Select(objective.Count).Aggregate((a, b) => a + b);
        foreach (var parameter in model.TrainableParameters)
            parameter.grad = null;
        objective.Begin(batches);
        var loss = 0d;
        foreach (var batch in batches)
        {
            var result = objective.Evaluate(batch, counts);
            result.Loss.backward();
            loss += result.Loss.item<float>();
        }

        return (loss, [.. model.TrainableParameters.Select(p => p.grad).OfType<Tensor>().Select(gradient => gradient.data<float>().ToArray())]);
    }
}
