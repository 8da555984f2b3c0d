using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.References;

/// <summary>A policy and the reference that it is compared with.</summary>
/// <param name="Policy">The model that trains.</param>
/// <param name="Reference">A model that does not.</param>
/// <param name="Precision">Precision of the matrix products of both.</param>
internal sealed record ReferencedPolicy(LanguageModel Policy, LanguageModel Reference, Precision Precision)
{
    /// <summary>Log-probabilities under the policy while it trains, attached to the graph, in nats. Shape <c>[S]</c>.</summary>
    public Tensor TrainingLogProbs(TokenBatch batch) =>
        Policy.LogProbs(batch.Rows, batch.Targets, new ForwardOptions(Precision, Dropout: true)).Sum;

    /// <summary>
    /// Log-probabilities under the reference, in nats: those that travel with the examples, where there are such. Shape <c>[B]</c>.
    /// </summary>
    public Tensor ReferenceLogProbs(TokenBatch batch) => batch.Examples[0].ReferenceScores is null
        ? LiveReference(batch)
        : tensor(batch.Examples.Select(example => example.ReferenceScores![0]).ToArray(), device: Policy.Device);

    /// <summary>Log-probabilities under the reference by the model itself, in nats. Shape <c>[S]</c>.</summary>
    public Tensor LiveReference(TokenBatch batch) => WithoutGradient(Reference, batch);

    /// <summary>log π − log π_ref, neither with gradient nor with dropout, in nats. Shape <c>[B]</c>.</summary>
    public Tensor FixedLogRatios(TokenBatch batch) => WithoutGradient(Policy, batch) - ReferenceLogProbs(batch);

    private Tensor WithoutGradient(LanguageModel model, TokenBatch batch)
    {
        using var _ = no_grad();
        return model.LogProbs(batch.Rows, batch.Targets, new ForwardOptions(Precision)).Sum;
    }
}
