using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Pairs of a better and a worse completion, some with a number that says by how much.</summary>
[method: SetsRequiredMembers]
internal sealed record MarginBatch(TokenBatch Tokens) : TokenBatch(Tokens)
{
    /// <summary>Gets by how much the better side is better; null where the data do not say. Shape <c>[B]</c>.</summary>
    public float[]? Margins { get; } = Tokens.Examples[0].Values.Length == 0 ? null : [.. Tokens.Examples.Select(example => example.Values[0])];

    /// <summary>Packs a micro-batch; its head reads the completions' last tokens.</summary>
    public static MarginBatch Pack(IReadOnlyList<TokenizedExample> examples) => new(Collator.Pack(examples));
}
