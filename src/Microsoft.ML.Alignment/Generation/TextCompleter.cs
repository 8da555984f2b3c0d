using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Completes prompts as text.</summary>
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
    public IReadOnlyList<string> Complete(IEnumerable<string> prompts, CancellationToken cancellation = default)
    {
        int[][] ids = [.. prompts.Select(prompt => Encode(model, encoder, prompt))];
        // A sample comes from a prompt's place in its call. Alone it is a function of the row, whatever rows are around it.
        var calls = ids.Chunk(options.Temperature > 0 ? 1 : Math.Max(ids.Length, 1));
        return
        [
            .. calls.SelectMany(call => Generator.Complete(model, call, options, cancellation: cancellation))
                .Select(completion => encoder.DecodeCompletion(completion.Ids)),
        ];
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
