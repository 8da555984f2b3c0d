using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Gradients that an objective gives, for the same examples in one or in several micro-batches.</summary>
internal static class GradientChecks
{
    /// <summary>Asserts that loss and gradients do not depend on how a step is cut into micro-batches.</summary>
    public static void RequireSameInMicroBatches(LanguageModel model, IObjective<TokenBatch> objective, TokenizedExample[] examples) =>
        RequireSameInMicroBatches(model, objective, examples, part => Collator.Pack(part));

    /// <inheritdoc cref="RequireSameInMicroBatches(LanguageModel, IObjective{TokenBatch}, TokenizedExample[])"/>
    public static void RequireSameInMicroBatches<TBatch>(
        LanguageModel model, IObjective<TBatch> objective, TokenizedExample[] examples, Func<IReadOnlyList<TokenizedExample>, TBatch> pack)
    {
        var (wholeLoss, whole) = Accumulate(model, objective, [pack(examples)]);
        var (loss, parts) = Accumulate(model, objective, [pack(examples[..2]), pack(examples[2..3]), pack(examples[3..])]);

        loss.Should().BeApproximately(wholeLoss, 1e-6 * Math.Max(1, Math.Abs(wholeLoss)));
        whole.Should().Contain(gradient => gradient.Any(x => x != 0));
        parts.Should().HaveSameCount(whole);
        var rounding = ProductRounding.IsNone ? 1e-6 : 4e-6;
        for (var i = 0; i < whole.Length; i++)
            TestModels.Difference(parts[i], whole[i]).Should().BeLessThan(rounding * Math.Max(1, whole[i].Max(Math.Abs)));
    }

    private static (double Loss, float[][] Gradients) Accumulate<TBatch>(LanguageModel model, IObjective<TBatch> objective, TBatch[] batches)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in model.TrainableParameters)
            parameter.grad = null;
        var step = objective.Begin(batches);
        var loss = 0d;
        foreach (var batch in batches)
        {
            var result = step.Evaluate(batch);
            result.Loss.backward();
            loss += result.Loss.item<float>();
        }

        return (loss, [.. model.TrainableParameters.Select(p => p.grad).OfType<Tensor>().Select(gradient => gradient.data<float>().ToArray())]);
    }
}
