using Microsoft.ML.Alignment.Batches;

namespace Microsoft.ML.Alignment.References;

/// <summary>An objective whose reference may be computed apart from the step: its scores then travel with the examples.</summary>
internal interface IReferenceScores
{
    /// <summary>Gets what the numbers are and how they are computed, for the key of a cache.</summary>
    string ScoreKind { get; }

    /// <summary>What the objective needs to know of the reference, by the model itself. Shape <c>[K, B]</c>; without gradient.</summary>
    Tensor ReferenceScores(TokenBatch batch);
}
