using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.References;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>Computes what a reference thinks of the rows of several steps at once.</summary>
internal static class ScoresAhead
{
    /// <summary>The scores of the examples that have none.</summary>
    public static IReadOnlyDictionary<TokenizedExample, float[]> Of(IEnumerable<KtoRows> microBatches, IReferenceScores reference)
    {
        var scores = new Dictionary<TokenizedExample, float[]>(ReferenceEqualityComparer.Instance);
        foreach (var alike in microBatches.SelectMany(Packs).GroupBy(pack => pack.Together.Completions.Length).Select(group => group.ToArray()))
            foreach (var pass in ScoringPasses.Of([.. alike.Select(pack => pack.Together.TokenCount)]))
                Compute([.. pass.Select(index => alike[index])], reference, scores);
        return scores;
    }

    private static void Compute(Pack[] packs, IReferenceScores reference, Dictionary<TokenizedExample, float[]> scores)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = reference.ReferenceScores(Collator.Pack([.. packs.Select(pack => pack.Together)], endRows: false)); // [K, B]
        var ofPacks = all.t().contiguous().cpu().data<float>().ToArray().Chunk((int)all.shape[0]);
        foreach (var (pack, values) in packs.Zip(ofPacks))
            foreach (var (example, own) in pack.Examples.Zip(values.Chunk(values.Length / pack.Examples.Length)))
                scores[example] = own;
    }

    /// <summary>The examples of a micro-batch that lack scores; what is seen of the same prompt goes together.</summary>
    private static IEnumerable<Pack> Packs(KtoRows rows)
    {
        var own = rows.Own[0].ReferenceScores is null ? rows.Own : [];
        var mismatched = rows.Mismatched;
        if (own.Length != mismatched.Length)
            return own.Concat(mismatched).Select(Alone);
        return own.Zip(mismatched, (first, second) => first.Prompt.AsSpan().SequenceEqual(second.Prompt)
            ? [new Pack(first.And(second), [first, second])]
            : new[] { Alone(first), Alone(second) }).SelectMany(packs => packs);
    }

    private static Pack Alone(TokenizedExample example) => new(example, [example]);

    /// <summary>Examples of one prompt, as one.</summary>
    private readonly record struct Pack(TokenizedExample Together, TokenizedExample[] Examples);
}
