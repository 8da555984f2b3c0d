using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>How many completions are desirable and how many are not.</summary>
internal readonly record struct LabelCounts(int Desirable, int Undesirable)
{
    /// <summary>Gets the number of completions.</summary>
    public int Total => Desirable + Undesirable;

    /// <summary>The labels of a micro-batch. Shape <c>[B]</c>.</summary>
    public static bool[] Labels(TokenBatch batch) => [.. batch.Values.Select(IsDesirable)];

    /// <summary>Counts over micro-batches.</summary>
    public static LabelCounts Of(IReadOnlyList<TokenBatch> batches) => Of([.. batches.SelectMany(Labels)]);

    /// <summary>Counts over all examples of a store.</summary>
    public static LabelCounts Of(IExampleStore store) =>
        Of([.. Enumerable.Range(0, store.Count).Select(index => IsDesirable(store.Read(index).Values))]);

    private static LabelCounts Of(bool[] labels)
    {
        var desirable = labels.Count(isDesirable => isDesirable);
        return new(desirable, labels.Length - desirable);
    }

    private static bool IsDesirable(float[] values) => values[0] > 0;
}
