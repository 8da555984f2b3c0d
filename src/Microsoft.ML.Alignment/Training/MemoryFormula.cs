using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Computes a <see cref="MemoryEstimate"/>.</summary>
/// <remarks>
/// Activations are what autograd and our kernels keep of a row in each layer: the residual stream twice, normalised rows twice, queries, keys,
/// values, what was attended to, the shares of attention, and four times the width of the feed-forward block. Backward works on one layer at
/// a time, which is counted as one layer more; a reference's pass takes no more than that. The head's chunk of logits is there twice.
/// </remarks>
internal static class MemoryFormula
{
    /// <param name="model">The model that trains.</param>
    /// <param name="incoming">The policy that came in, which stays.</param>
    /// <param name="training">How it trains.</param>
    /// <param name="store">What it trains on.</param>
    public static MemoryEstimate Estimate(LanguageModel model, LanguageModel incoming, ResolvedTraining training, IExampleStore store)
    {
        var trainable = model.TrainableParameters.Sum(parameter => parameter.NumberOfElements);
        return new(Weights(model, incoming, training.Precision), 3 * sizeof(float) * trainable, Activations(model, training, Longest(store, training.MicroBatchSize)));
    }

    private static long Weights(LanguageModel model, LanguageModel incoming, Precision precision)
    {
        var sum = WeightBytes(model) + AdapterBytes(model);
        if (incoming.BaseIdentity != model.BaseIdentity)
            sum += WeightBytes(incoming) + AdapterBytes(incoming);
        return precision == Precision.BFloat16 ? sum + (sum / 2) : sum;
    }

    private static long WeightBytes(LanguageModel model) => sizeof(float) * model.Network.Weights.Values.Sum(weight => weight.NumberOfElements);

    private static long AdapterBytes(LanguageModel model) =>
        sizeof(float) * model.Adapters.SelectMany(adapter => adapter.Updates.Values).Sum(update => update.A.NumberOfElements + update.B.NumberOfElements);

    /// <summary>The micro-batch of the longest examples: no other takes more.</summary>
    private static TokenizedExample[] Longest(IExampleStore store, int count) =>
        [.. Enumerable.Range(0, store.Count).OrderByDescending(store.TokenCount).Take(count).Select(store.Read)];

    private static long Activations(LanguageModel model, ResolvedTraining training, TokenizedExample[] examples)
    {
        var config = model.Config;
        var narrow = training.Precision == Precision.BFloat16 ? sizeof(short) : sizeof(float);
        var rows = examples.Sum(example => (long)example.TokenCount);
        var shares = examples.Sum(example => (long)example.TokenCount * example.TokenCount * config.HeadCount);
        var targets = examples.Sum(example => example.Completions.Sum(completion => (long)completion.Length));
        var row = (2L * config.HiddenSize * sizeof(float))
            + (narrow * ((2L * config.HiddenSize) + (2L * config.HeadCount * config.HeadSize)
                + (2L * config.KeyValueHeadCount * config.HeadSize) + (4L * config.IntermediateSize)));
        var layer = (rows * row) + (narrow * shares);
        return (layer * (config.LayerCount + 1)) + (2 * rows * config.HiddenSize * sizeof(float))
            + (2 * Math.Min(targets * config.VocabularySize * sizeof(float), CompletionLogProbs.DefaultChunkBytes));
    }
}
