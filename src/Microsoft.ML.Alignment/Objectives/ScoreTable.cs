using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Reference scores of all examples of a store: K numbers an example.</summary>
/// <param name="Width">K.</param>
/// <param name="Scores">Example after example. Shape <c>[Count · K]</c>.</param>
internal sealed record ScoreTable(int Width, float[] Scores)
{
    private const int Digit = 1 << 16;

    /// <summary>The scores of an example.</summary>
    public float[] Of(int index) => Scores[(index * Width)..((index + 1) * Width)];

    /// <summary>
    /// Computes the scores, in the micro-batches in which training without shuffling would see the examples: a sum of products may differ
    /// in its last bit with what is computed beside it.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static ScoreTable Compute(IExampleStore store, BatchPlan plan, IReferenceScores reference, CancellationToken cancellation)
    {
        var (width, scores) = (0, Array.Empty<float>());
        var numbered = new DatasetSource(new ScoredStore(store, Number), plan with { Shuffle = false });
        foreach (var batch in numbered.Steps(epoch: 0).SelectMany(step => step))
        {
            cancellation.ThrowIfCancellationRequested();
            var values = Values(batch, reference); // [K · B]
            width = values.Length / batch.ExampleCount;
            if (scores.Length == 0)
                scores = new float[checked(store.Count * width)];
            for (var i = 0; i < values.Length; i++)
                scores[(IndexOf(batch.ReferenceScores!.Value[i % batch.ExampleCount]) * width) + (i / batch.ExampleCount)] = values[i];
        }

        return new(width, scores);
    }

    private static float[] Values(TokenBatch batch, IReferenceScores reference)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return reference.ReferenceScores(batch).cpu().contiguous().data<float>().ToArray();
    }

    // float32 holds whole numbers up to 2²⁴ only.
    private static float[] Number(int index) => [index / Digit, index % Digit];

    private static int IndexOf(float[] number) => ((int)number[0] * Digit) + (int)number[1];
}
