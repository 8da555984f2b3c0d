using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>
/// KTO's estimate of the divergence of the policy from its reference: the mean of log π − log π_ref over prompts with completions of other
/// rows, at least 0 (Ethayarajh et al., 2024, arXiv:2402.01306, section 4.1). It spans the optimizer step and all ranks.
/// </summary>
internal sealed class MismatchedDivergence : IReferencePoint<KtoBatch>
{
    /// <inheritdoc/>
    public string MetricName => "kl";

    /// <inheritdoc/>
    public Func<KtoBatch, (Tensor LogProbs, Tensor Point)> Begin(IReadOnlyList<KtoBatch> step, ReferencedPolicy models, ICollective all)
    {
        if (all.Size == 1 && step is [{ Together: not null }])
            return batch => InOnePass(batch, models);
        var divergence = Over(step, models, all);
        return batch => (models.TrainingLogProbs(batch), divergence);
    }

    private static Tensor Over(IReadOnlyList<KtoBatch> step, ReferencedPolicy models, ICollective all)
    {
        using var scope = NewDisposeScope();
        var sum = all.Sum(stack(step.Select(batch => Sum(batch, models))).sum());
        var count = all.Sum([step.Sum(batch => batch.ExampleCount)])[0];
        return sum.Over(count).AtLeast(0).MoveToOuterDisposeScope();
    }

    private static Tensor Sum(KtoBatch batch, ReferencedPolicy models)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        return models.FixedLogRatios(batch.Mismatched).sum().MoveToOuterDisposeScope();
    }

    // A step of one micro-batch need not wait for the divergence of others.
    private static (Tensor LogProbs, Tensor Point) InOnePass(KtoBatch batch, ReferencedPolicy models)
    {
        var both = models.TrainingLogProbs(batch.Together!).view(2, batch.ExampleCount);
        var ratios = both[1].detach() - models.ReferenceLogProbs(batch.Mismatched);
        return (both[0], ratios.mean().AtLeast(0));
    }
}
