using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Computes a <see cref="MemoryEstimate"/>.</summary>
/// <remarks>
/// Activations are what autograd and our kernels keep of a row in each layer: the residual stream twice, normalised rows twice, queries,
/// keys, values, what was attended to, the scores of attention where they are made, and three times the width of the feed-forward block.
/// Backward works on one layer at a time, which is counted as one layer more. A reference that is asked for more than a step at once has
/// passes of more rows, but keeps one layer of them: in a model of few layers that is more. The head's logits are there twice.
/// </remarks>
internal static class MemoryFormula
{
    /// <param name="model">The model that trains.</param>
    /// <param name="reference">The policy that came in, where the method compares with it; null where it does not.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    /// <param name="plan">How rows are dealt out to passes.</param>
    /// <param name="store">What it trains on.</param>
    /// <param name="passesOfRow">How often the tokens of a row are in a pass.</param>
    /// <param name="beside">What a method that samples has beside; null for one that does not.</param>
    public static MemoryEstimate Estimate(
        LanguageModel model, LanguageModel? reference, Precision precision, BatchPlan plan, IExampleStore store, int passesOfRow = 1,
        SamplingMemory? beside = null)
    {
        LanguageModel[] models = [model, .. reference is null ? [] : new[] { reference }, .. beside?.Models ?? []];
        var trainable = new[] { model }.Concat(beside?.Models ?? [])
            .SelectMany(one => one.TrainableParameters).Sum(parameter => parameter.NumberOfElements);
        var sampled = beside is null ? 0 : beside.Completions * beside.MaxCompletionTokens;
        var lengths = Enumerable.Range(0, store.Count).Select(row => store.TokenCount(row) + sampled).OrderDescending().ToArray();
        var step = Math.Min(
            passesOfRow * lengths.Take(plan.MicroBatchSize).Sum(length => (long)length), Math.Max(lengths[0], plan.MicroBatchTokens));
        var scoring = Math.Min(passesOfRow * lengths.Sum(length => (long)length), Math.Max(lengths[0], ScoringPasses.TokensOfPass));
        long Activations(long rows, int layers) => MemoryFormula.Activations(model, precision, lengths, rows, layers);
        var most = Math.Max(
            Activations(step, model.Config.LayerCount + 1),
            reference is null ? 0 : Activations(scoring, layers: 1));
        return new(Weights(models, precision), 3 * sizeof(float) * trainable, Math.Max(most, beside?.Cache(model.Config, lengths[0] - sampled) ?? 0));
    }

    /// <summary>The number of all parameters of a model: base, adapters and head. No weight is decoded for it.</summary>
    public static long Parameters(LanguageModel model) => model.BaseWeights.Sum(Count)
        + model.Adapters.SelectMany(adapter => adapter.Updates.Values).Sum(update => update.A.NumberOfElements + update.B.NumberOfElements)
        + (model.RewardHead?.NumberOfElements ?? 0);

    private static long Count(StoredTensor tensor) => tensor.Shape.Aggregate(1L, (product, size) => product * size);

    // Bases, adapters and heads that several models share are there once.
    private static long Weights(LanguageModel[] models, Precision precision)
    {
        var bases = models.DistinctBy(model => model.BaseIdentity).Sum(model => model.BaseWeights.Sum(Count));
        var adapters = models.SelectMany(model => model.Adapters).Distinct().SelectMany(adapter => adapter.Updates.Values)
            .Sum(update => update.A.NumberOfElements + update.B.NumberOfElements);
        var heads = models.Select(model => model.RewardHead).OfType<Tensor>().DistinctBy(head => head.Handle).Sum(head => head.NumberOfElements);
        return (bases + adapters + heads) * (precision == Precision.BFloat16 ? sizeof(float) + sizeof(short) : sizeof(float));
    }

    // Short examples are attended to together, so that a row has scores for keys that it does not see.
    private static long MostKeys(int[] descendingLengths, long rows, ScalarType type)
    {
        var longest = descendingLengths.FirstOrDefault(length => length <= PackedAttention.MostKeysWithScores(type));
        return longest is 0 or >= AttentionPlan.JointRows ? longest : Math.Min(rows, longest + AttentionPlan.JointRows);
    }

    private static long Activations(LanguageModel model, Precision precision, int[] descendingLengths, long rows, int layers)
    {
        var config = model.Config;
        var type = precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var scores = config.HeadCount * MostKeys(descendingLengths, rows, type);
        var wide = 2L * config.HiddenSize;
        var narrow = (2L * config.HiddenSize) + (2L * config.HeadCount * config.HeadSize)
            + (2L * config.KeyValueHeadCount * config.HeadSize) + (3L * config.IntermediateSize) + scores;
        var layer = rows * ((wide * sizeof(float)) + (narrow * type.ElementSize()));
        var trainsHead = model.Network.Head.Trains;
        var mostLogits = CompletionLogProbs.DefaultChunkBytes * (trainsHead ? CompletionLogProbs.TrainedHeadFactor : 1);
        var logits = model.RewardHead is null ? Math.Min(rows * config.VocabularySize * sizeof(float), mostLogits) : 0;
        return (layer * layers) + (rows * wide * sizeof(float)) + (2 * logits);
    }
}
