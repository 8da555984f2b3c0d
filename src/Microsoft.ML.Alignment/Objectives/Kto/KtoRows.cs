using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>The rows of an optimizer step before they are packed: each with its own and with another row's completion.</summary>
/// <param name="Own">The rows.</param>
/// <param name="Mismatched">Their prompts with other completions.</param>
internal sealed record KtoRows(TokenizedExample[] Own, TokenizedExample[] Mismatched)
{
    /// <summary>Gets the tokens of both.</summary>
    public int TokenCount => Own.Sum(Collator.SequenceTokens) + Mismatched.Sum(Collator.SequenceTokens);

    /// <summary>The rows of each micro-batch.</summary>
    public IEnumerable<KtoRows> InMicroBatches(BatchPlan plan) =>
        MicroBatches.Cut(Own, plan).Select(places => new KtoRows([.. places.Select(at => Own[at])], [.. places.Select(at => Mismatched[at])]));

    /// <summary>Packs the step.</summary>
    /// <param name="plan">How it is cut.</param>
    /// <param name="sharesPasses">Whether a pass over the rows may hold the other completions too.</param>
    /// <param name="scores">What the reference thinks of each example; null where it is asked in the step.</param>
    public IReadOnlyList<KtoBatch> Pack(BatchPlan plan, bool sharesPasses, IReadOnlyDictionary<TokenizedExample, float[]>? scores)
    {
        TokenizedExample Scored(TokenizedExample example) =>
            scores is null || example.ReferenceScores is not null ? example : example with { ReferenceScores = scores[example] };
        KtoBatch[] step = [.. InMicroBatches(plan).Select(rows => new KtoBatch(
            Collator.Pack([.. rows.Own.Select(Scored)], endRows: false), Collator.Pack([.. rows.Mismatched.Select(Scored)], endRows: false)))];
        return sharesPasses && step is [var only] && Together(only, plan) is { } together ? [only with { Together = together }] : step;
    }

    // Several micro-batches have to wait for the divergence that all of them share.
    private static TokenBatch? Together(KtoBatch only, BatchPlan plan)
    {
        var together = MismatchedCompletions.Together(only.Examples, only.Mismatched.Examples);
        var pass = together is null ? null : Collator.Pack(together, endRows: false);
        return pass?.Rows.Count <= plan.MicroBatchTokens ? pass : null;
    }
}
