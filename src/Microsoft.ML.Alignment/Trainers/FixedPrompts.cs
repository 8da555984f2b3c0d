using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Training;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>
/// Has a policy answer the fixed prompts of a run while it trains. Samples are drawn from streams of their own: training does not notice.
/// </summary>
internal sealed class FixedPrompts
{
    private readonly LanguageModel _policy;
    private readonly PromptEncoder _encoder;
    private readonly GenerationOptions _options;
    private readonly IReadOnlyList<string> _prompts;
    private readonly int[][] _ids;

    /// <param name="policy">The model that trains; borrowed.</param>
    /// <param name="encoder">Reads prompts as the stage does.</param>
    /// <param name="options">How answers are written.</param>
    /// <param name="prompts">As the prompt column would have them.</param>
    /// <exception cref="ArgumentException">A prompt cannot be read.</exception>
    public FixedPrompts(LanguageModel policy, PromptEncoder encoder, GenerationOptions options, IReadOnlyList<string> prompts)
    {
        (_policy, _encoder, _prompts, _options) = (policy, encoder, prompts, options);
        _ids = [.. prompts.Select(Encode)];
    }

    /// <summary>The answers of the policy as it is now, in the order of the prompts.</summary>
    public IReadOnlyList<SampleAnswer> Answer(CancellationToken cancellation) =>
    [
        .. Generator.Complete(_policy, _ids, _options, cancellation: cancellation).Zip(_prompts, (answer, prompt) => new SampleAnswer(
            prompt, _encoder.DecodeCompletion(answer.Ids)) { Tokens = answer.Ids.Length, Ended = answer.Ended }),
    ];

    private int[] Encode(string prompt)
    {
        try
        {
            var positions = _policy.Config.MaxPositions;
            return _encoder.EncodePrompt(prompt) is var ids && ids.Length < positions
                ? ids
                : throw new InvalidExampleException("prompt", "too long", $"it has {ids.Length} tokens, and the model was made for {positions}.");
        }
        catch (InvalidExampleException e)
        {
            throw new ArgumentException(
                $"{nameof(AlignmentRun.SamplePrompts)} of the run has a prompt that cannot be read, '{prompt}': {e.Message}", e);
        }
    }
}
