using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Single completions, each labelled as desirable or not.</summary>
[method: SetsRequiredMembers]
internal record FeedbackBatch(TokenBatch Tokens) : TokenBatch(Tokens)
{
    /// <summary>Gets whether each completion is desirable. Shape <c>[B]</c>.</summary>
    public bool[] Labels { get; } = [.. Tokens.Examples.Select(IsDesirable)];

    /// <summary>Packs a micro-batch.</summary>
    public static FeedbackBatch Pack(IReadOnlyList<TokenizedExample> examples) => new(Collator.Pack(examples, endRows: false));

    /// <summary>The label of a row, which is its first value: above 0 for desirable.</summary>
    public static bool IsDesirable(TokenizedExample example) => example.Values[0] > 0;
}
