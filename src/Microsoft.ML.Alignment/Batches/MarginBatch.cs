using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Pairs of a better and a worse completion, some with a number that says by how much, or how surely.</summary>
[method: SetsRequiredMembers]
internal sealed record MarginBatch(TokenBatch Tokens) : TokenBatch(Tokens)
{
    /// <summary>Gets by how much the better side is better; null where the data do not say. Shape <c>[B]</c>.</summary>
    public float[]? Margins { get; init; }

    /// <summary>Gets the probability that the chosen side is the better one; null where the data do not say. Shape <c>[B]</c>.</summary>
    public float[]? ChosenProbabilities { get; init; }

    /// <summary>
    /// Packs a micro-batch, whose head reads the completions' last tokens. The values of a row are its margin, where it has one, and behind it
    /// its probability, where it has one.
    /// </summary>
    public static MarginBatch Pack(IReadOnlyList<TokenizedExample> examples, bool hasMargins)
    {
        var margins = hasMargins ? 1 : 0;
        return new(Collator.Pack(examples))
        {
            Margins = hasMargins ? [.. examples.Select(example => example.Values[0])] : null,
            ChosenProbabilities = examples[0].Values.Length > margins ? [.. examples.Select(example => example.Values[margins])] : null,
        };
    }
}
