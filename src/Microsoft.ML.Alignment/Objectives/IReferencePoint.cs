using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Where gains end and losses begin: what the outcomes of an optimizer step are compared with.</summary>
internal interface IReferencePoint<in TBatch>
    where TBatch : FeedbackBatch
{
    /// <summary>Gets the name under which the value is reported; null if it is always the same.</summary>
    string? MetricName { get; }

    /// <summary>Begins an optimizer step.</summary>
    /// <param name="step">This rank's micro-batches.</param>
    /// <param name="models">The policy and its reference.</param>
    /// <param name="all">The ranks that share the step.</param>
    /// <returns>
    /// What gives the log-probabilities of a micro-batch under the policy, attached to the graph, shape <c>[B]</c>, and the point: scalar,
    /// float32, without gradient. All in the caller's dispose scope.
    /// </returns>
    Func<TBatch, (Tensor LogProbs, Tensor Point)> Begin(IReadOnlyList<TBatch> step, ReferencedPolicy models, ICollective all);

    /// <summary>Learns what a micro-batch that the policy trains on came to, for the steps to come.</summary>
    /// <param name="rewards">Implicit rewards, detached.</param>
    void Observe(LabelledValues rewards)
    {
    }
}

/// <summary>Outcomes are compared with the reference policy itself, whose implicit rewards are 0.</summary>
internal sealed class ZeroPoint : IReferencePoint<FeedbackBatch>
{
    /// <inheritdoc/>
    public string? MetricName => null;

    /// <inheritdoc/>
    public Func<FeedbackBatch, (Tensor LogProbs, Tensor Point)> Begin(
        IReadOnlyList<FeedbackBatch> step, ReferencedPolicy models, ICollective all)
    {
        var zero = zeros([], ScalarType.Float32, models.Policy.Device);
        return batch => (models.TrainingLogProbs(batch), zero);
    }
}
