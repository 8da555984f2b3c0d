using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Alignment.Batches;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>Labelled completions, and the same prompts with completions of other rows, on which KTO measures its divergence.</summary>
/// <param name="Own">The completions with their labels.</param>
/// <param name="Mismatched">The same prompts with other completions, one each.</param>
[method: SetsRequiredMembers]
internal sealed record KtoBatch(TokenBatch Own, TokenBatch Mismatched) : FeedbackBatch(Own)
{
    /// <summary>
    /// Gets these examples with the other completions behind their own, for one pass over both; null where that is not the same as two
    /// passes, or too large.
    /// </summary>
    public TokenBatch? Together { get; init; }
}
