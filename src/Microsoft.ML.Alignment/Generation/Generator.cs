using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>A completion that a model wrote.</summary>
/// <param name="Ids">Token ids, the end token included where it was written.</param>
/// <param name="Ended">Whether an end token was written before the limit.</param>
internal readonly record struct Generated(int[] Ids, bool Ended);

/// <summary>Writes completions with a key-value cache, several prompts at once.</summary>
internal static class Generator
{
    // More rows make a step no cheaper a row, but the cache larger.
    private const int MostRows = 64;
    private const int MostPromptTokens = 16_384;

    /// <summary>Completes prompts; results are in the order of the prompts and do not depend on which prompts share a batch.</summary>
    /// <remarks>
    /// "Do not depend" is meant up to rounding: a product's last bits differ with the number of rows. Samples come from a random stream of
    /// the seed and the prompt's index.
    /// </remarks>
    /// <param name="model">The model; its weights must not change meanwhile.</param>
    /// <param name="prompts">Token ids of each prompt. Prompts that are equal are read once.</param>
    /// <param name="options">Limit, temperature, seed.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <exception cref="ArgumentException">A prompt is empty, has unknown ids, or leaves too few of the model's positions.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Generated> Complete(
        LanguageModel model, IReadOnlyList<int[]> prompts, GenerationOptions options,
        Precision precision = Precision.Float32, CancellationToken cancellation = default)
    {
        for (var index = 0; index < prompts.Count; index++)
            RequireUsable(prompts[index], index, model.Config, options.MaxNewTokens);
        using var noGrad = no_grad();
        using var pass = model.OpenPass(new(precision), weightsStandStill: true);
        var sampler = new TokenSampler(options);
        var results = new Generated[prompts.Count];
        foreach (var batch in Batches(prompts))
        {
            using var writing = new CompletionBatch(model, pass, prompts, batch, options);
            writing.Run(sampler, results, cancellation);
        }

        return results;
    }

    // Prompts of similar lengths share a batch, since its cache is as wide as its longest.
    private static IEnumerable<int[]> Batches(IReadOnlyList<int[]> prompts)
    {
        var batch = new List<int>();
        var tokens = 0;
        foreach (var index in Enumerable.Range(0, prompts.Count).OrderByDescending(i => prompts[i].Length))
        {
            if (batch.Count == MostRows || (batch.Count > 0 && tokens + prompts[index].Length > MostPromptTokens))
            {
                yield return [.. batch];
                batch.Clear();
                tokens = 0;
            }

            batch.Add(index);
            tokens += prompts[index].Length;
        }

        if (batch.Count > 0)
            yield return [.. batch];
    }

    private static void RequireUsable(int[] prompt, int index, ModelConfig config, int maxNewTokens)
    {
        if (prompt.Length == 0)
            throw new ArgumentException($"Prompt {index} has no tokens; a model continues at least one.", nameof(prompt));
        if (prompt.Length + (long)maxNewTokens > config.MaxPositions)
            throw new ArgumentException(
                $"Prompt {index} has {prompt.Length} tokens and {maxNewTokens} new ones were asked for (MaxNewTokens); " +
                $"the model was made for {config.MaxPositions} positions.", nameof(prompt));
        if (prompt.Any(id => id < 0 || id >= config.VocabularySize))
            throw new ArgumentException(
                $"Prompt {index} has an id outside of the vocabulary, which has ids 0 to {config.VocabularySize - 1}.", nameof(prompt));
    }
}
