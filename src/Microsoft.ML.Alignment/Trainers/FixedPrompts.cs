using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>
/// Has a policy answer the fixed prompts of a run while it trains. Samples are drawn from streams of their own: training does not notice.
/// </summary>
internal sealed class FixedPrompts
{
    private readonly TextCompleter _completer;
    private readonly IReadOnlyList<string> _prompts;
    private readonly int[][] _ids;

    /// <param name="policy">The model that trains; borrowed.</param>
    /// <param name="encoder">Reads prompts as the stage does.</param>
    /// <param name="options">How answers are written.</param>
    /// <param name="prompts">As the prompt column would have them.</param>
    /// <exception cref="ArgumentException">A prompt cannot be read.</exception>
    public FixedPrompts(LanguageModel policy, PromptEncoder encoder, GenerationOptions options, IReadOnlyList<string> prompts)
    {
        (_completer, _prompts) = (new(policy, encoder, options), prompts);
        _ids = [.. prompts.Select(prompt => Encode(policy, encoder, prompt))];
    }

    /// <summary>The answers of the policy as it is now, in the order of the prompts.</summary>
    public IReadOnlyList<SampleAnswer> Answer(CancellationToken cancellation) =>
    [
        .. _completer.Write(_ids, cancellation).Zip(_prompts, (answer, prompt) => new SampleAnswer(prompt, answer.Text)
        {
            Tokens = answer.Tokens, Ended = answer.Ended,
        }),
    ];

    private static int[] Encode(LanguageModel policy, PromptEncoder encoder, string prompt)
    {
        try
        {
            return TextCompleter.Encode(policy, encoder, prompt);
        }
        catch (InvalidExampleException e)
        {
            throw new ArgumentException(
                $"{nameof(AlignmentRun.SamplePrompts)} of the run has a prompt that cannot be read, '{prompt}': {e.Message}", e);
        }
    }
}
