using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// KTO's reference point: the divergence of the policy from the reference, estimated on prompts with completions of other rows (Ethayarajh
/// et al., 2024, arXiv:2402.01306, section 4.1): max(0, mean of log π − log π_ref) over all of the optimizer step, so that it does not
/// depend on micro-batches.
/// </summary>
internal sealed class MismatchedDivergence(ReferencedPolicy models) : IReferencePoint
{
    /// <inheritdoc/>
    public string MetricName => "kl";

    /// <inheritdoc/>
    public Tensor Of(IReadOnlyList<TokenBatch> step)
    {
        using var scope = NewDisposeScope();
        var sums = stack(step.Select(Sum));
        return sums.sum().Over(step.Sum(batch => batch.ExampleCount)).AtLeast(0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Of(TokenBatch batch, Tensor mismatched)
    {
        using var scope = NewDisposeScope();
        return (mismatched - models.ReferenceLogProbs(MismatchedOf(batch))).mean().AtLeast(0).MoveToOuterDisposeScope();
    }

    private Tensor Sum(TokenBatch batch)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        return models.FixedLogRatios(MismatchedOf(batch)).sum().MoveToOuterDisposeScope();
    }

    private static TokenBatch MismatchedOf(TokenBatch batch) => batch.Mismatched
        ?? throw new ArgumentException("A micro-batch lacks completions of other rows; its source does not make them.", nameof(batch));
}
