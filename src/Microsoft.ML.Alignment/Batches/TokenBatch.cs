using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>What a model reads of a micro-batch: B examples with C completions each, packed without padding.</summary>
/// <param name="Rows">The token rows.</param>
/// <param name="Targets">
/// The completion tokens. Completion c of example b is sequence c·B + b, so that all chosen come before all rejected.
/// </param>
internal record TokenBatch(PackedRows Rows, PackedTargets Targets) : ITrainingBatch
{
    /// <summary>Gets the examples themselves.</summary>
    public required IReadOnlyList<TokenizedExample> Examples { get; init; }

    /// <summary>Gets the tokens that separate sequences would hold: prompt and completion of each, as other tools count them.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Gets the number of examples, B.</summary>
    public int ExampleCount => Examples.Count;
}
