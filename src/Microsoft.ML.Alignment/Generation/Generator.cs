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
    /// <exception cref="ArgumentException">A prompt is empty or longer than the model's positions allow.</exception>
    public static IReadOnlyList<Generated> Complete(LanguageModel model, IReadOnlyList<int[]> prompts, GenerationOptions options, Precision precision = Precision.Float32, CancellationToken cancellation = default) => throw new NotImplementedException();
}
