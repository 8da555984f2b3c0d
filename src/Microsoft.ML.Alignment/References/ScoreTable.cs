using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.References;

/// <summary>Reference scores of all examples of a store: K numbers an example.</summary>
/// <param name="Width">K.</param>
/// <param name="Scores">Example after example. Shape <c>[Count · K]</c>.</param>
internal sealed record ScoreTable(int Width, float[] Scores)
{
    /// <summary>The scores of an example.</summary>
    public float[] Of(int index) => Scores[(index * Width)..((index + 1) * Width)];

    /// <summary>
    /// Computes the scores, in the micro-batches in which training without shuffling would see the examples: a sum of products may differ
    /// in its last bit with what is computed beside it.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static ScoreTable Compute(IExampleStore store, BatchPlan plan, IReferenceScores reference, CancellationToken cancellation)
    {
        var scores = new float[store.Count][];
        foreach (var step in new StepOrder(store.Count, plan with { Shuffle = false }).Epoch(0))
        {
            TokenizedExample[] examples = [.. step.Rows.Select(store.Read)];
            foreach (var places in MicroBatches.Cut(examples, plan))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var (place, ofExample) in places.Zip(Values([.. places.Select(at => examples[at])], reference)))
                    scores[step.Rows[place]] = ofExample;
            }
        }

        return new(scores[0].Length, [.. scores.SelectMany(ofExample => ofExample)]);
    }

    private static IEnumerable<float[]> Values(TokenizedExample[] examples, IReferenceScores reference)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = reference.ReferenceScores(Collator.Pack(examples, endRows: false)); // [K, B]
        return all.t().contiguous().cpu().data<float>().ToArray().Chunk((int)all.shape[0]);
    }
}
