using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Completes prompts as text: for columns, for fixed prompts of a run, for comparisons and for callers.</summary>
/// <param name="model">The model; borrowed.</param>
/// <param name="encoder">Reads prompts.</param>
/// <param name="options">How completions are written.</param>
internal sealed class TextCompleter(LanguageModel model, PromptEncoder encoder, GenerationOptions options)
{
    /// <summary>Completes prompts.</summary>
    /// <param name="prompts">As the prompt column has them.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>The completions, in the order of the prompts.</returns>
    /// <exception cref="InvalidExampleException">A prompt cannot be read, or leaves no position for a token.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<string> Complete(IEnumerable<string> prompts, CancellationToken cancellation = default) =>
        [.. Write([.. prompts.Select(prompt => Encode(model, encoder, prompt))], cancellation).Select(written => written.Text)];

    /// <summary>Completes prompts that were read before. A sample is a function of seed and prompt, whatever prompts are around it.</summary>
    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>The completions, in the order of the prompts.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<WrittenText> Write(IReadOnlyList<int[]> prompts, CancellationToken cancellation)
    {
        if (prompts.Count == 0)
            return [];
        var request = new DecodingRequest(prompts, options.MaxNewTokens, new(options), _ => new(options.Seed, 0));
        var completions = Generator.Complete(model, request, Precision.Float32, cancellation);
        return [.. completions.Select(one => new WrittenText(encoder.DecodeCompletion(one.Ids), one.Ids.Length, one.Ended))];
    }

    /// <summary>Reads a prompt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Reads prompts.</param>
    /// <param name="prompt">As the prompt column has it.</param>
    /// <returns>Ids that leave the model a position to write at.</returns>
    /// <exception cref="InvalidExampleException">The prompt cannot be read, or leaves no position.</exception>
    public static int[] Encode(LanguageModel model, PromptEncoder encoder, string prompt)
    {
        var positions = model.Config.MaxPositions;
        return encoder.EncodePrompt(prompt) is var ids && ids.Length < positions
            ? ids
            : throw new InvalidExampleException(
                "prompt", "too long", $"it has {ids.Length} tokens, and the model was made for {positions}: nothing fits behind it. Shorten it.");
    }
}

/// <summary>A completion as text.</summary>
/// <param name="Text">What stands before the end token.</param>
/// <param name="Tokens">Its length, end token included.</param>
/// <param name="Ended">Whether an end token was written before the limit.</param>
internal readonly record struct WrittenText(string Text, int Tokens, bool Ended);
