using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>How many completions are desirable and how many are not.</summary>
internal readonly record struct LabelCounts(int Desirable, int Undesirable)
{
    /// <summary>Gets the number of completions.</summary>
    public int Total => Desirable + Undesirable;

    /// <summary>The labels of a micro-batch: whether the first value of an example is above 0. Shape <c>[B]</c>.</summary>
    public static bool[] Labels(TokenBatch batch) => [.. batch.Values.Select(values => values[0] > 0)];

    /// <summary>Counts over micro-batches.</summary>
    public static LabelCounts Of(IReadOnlyList<TokenBatch> batches)
    {
        var labels = batches.SelectMany(Labels).ToArray();
        var desirable = labels.Count(isDesirable => isDesirable);
        return new(desirable, labels.Length - desirable);
    }
}
