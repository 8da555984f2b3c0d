using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>A completion that a model wrote.</summary>
/// <param name="Ids">Token ids, the end token included where it was written.</param>
/// <param name="Ended">Whether an end token was written before the limit.</param>
internal readonly record struct Generated(int[] Ids, bool Ended);

/// <summary>Writes completions with a key-value cache, several prompts at once.</summary>
internal static class Generator
{
    /// <summary>Completes prompts; results are in the order of the prompts and do not depend on which prompts share a batch.</summary>
    /// <remarks>
    /// "Do not depend" is meant up to rounding: a product's last bits differ with the number of rows. Samples come from a random stream of
    /// the seed and the prompt's index.
    /// </remarks>
    /// <param name="model">The model; its weights must not change meanwhile.</param>
    /// <param name="prompts">Token ids of each prompt. Prompts that are equal are read once.</param>
    /// <param name="options">Limit, temperature, seed. A prompt that leaves fewer of the model's positions than the limit gets fewer tokens.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <exception cref="ArgumentException">A prompt is empty, has unknown ids, or leaves none of the model's positions.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Generated> Complete(
        LanguageModel model, IReadOnlyList<int[]> prompts, GenerationOptions options,
        Precision precision = Precision.Float32, CancellationToken cancellation = default) =>
        Complete(model, new(prompts, options.MaxNewTokens, new(options), index => new(options.Seed, index)), precision, cancellation);

    /// <summary>The same for a request with random streams of its own.</summary>
    /// <inheritdoc cref="Complete(LanguageModel, IReadOnlyList{int[]}, GenerationOptions, Precision, CancellationToken)"/>
    public static IReadOnlyList<Generated> Complete(
        LanguageModel model, DecodingRequest request, Precision precision, CancellationToken cancellation)
    {
        for (var index = 0; index < request.Prompts.Count; index++)
            RequireUsable(request.Prompts[index], index, model.Config);
        using var noGrad = no_grad();
        using var pass = model.OpenPass(new(precision), weightsStandStill: true);
        using var batch = new CompletionBatch(model, pass, request);
        return batch.Run(cancellation);
    }

    private static void RequireUsable(int[] prompt, int index, ModelConfig config)
    {
        if (prompt.Length == 0)
            throw new ArgumentException($"Prompt {index} has no tokens; a model continues at least one.", nameof(prompt));
        if (prompt.Length >= config.MaxPositions)
            throw new ArgumentException(
                $"Prompt {index} has {prompt.Length} tokens; the model was made for {config.MaxPositions} positions, so that no new token " +
                "fits behind it. Shorten the prompt.", nameof(prompt));
        if (prompt.Any(id => id < 0 || id >= config.VocabularySize))
            throw new ArgumentException(
                $"Prompt {index} has an id outside of the vocabulary, which has ids 0 to {config.VocabularySize - 1}.", nameof(prompt));
    }
}
