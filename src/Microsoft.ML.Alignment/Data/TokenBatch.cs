using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Data;

/// <summary>A micro-batch: B examples with C completions each, packed without padding.</summary>
/// <param name="Rows">The token rows.</param>
/// <param name="Targets">
/// The completion tokens. Completion c of example b is sequence c·B + b, so that all chosen come before all rejected.
/// </param>
/// <param name="Values">The numbers that belong to each example, e.g. the margin of a pair. Shape <c>[B][…]</c>.</param>
internal sealed record TokenBatch(PackedRows Rows, PackedTargets Targets, float[][] Values) : ITrainingBatch
{
    /// <summary>Gets the number of examples, B.</summary>
    public int ExampleCount => Values.Length;

    /// <summary>Gets the examples themselves.</summary>
    public required IReadOnlyList<TokenizedExample> Examples { get; init; }

    /// <summary>Gets the tokens that separate sequences would hold: prompt and completion of each, as other tools count them.</summary>
    public required int TokenCount { get; init; }

    /// <summary>Gets the same prompts with completions of other rows, one each; null where the method does not need them.</summary>
    public TokenBatch? Mismatched { get; init; }

    /// <summary>
    /// Gets these examples with the completions of <see cref="Mismatched"/> behind their own, for one pass over both; null where that is
    /// not the same as two passes, or too large.
    /// </summary>
    public TokenBatch? Together { get; init; }

    /// <summary>
    /// Gets what the method's reference thinks of the completions, where that is computed apart from the step; else null. Shape
    /// <c>[B][K]</c>.
    /// </summary>
    public Lazy<float[][]>? ReferenceScores { get; init; }
}
