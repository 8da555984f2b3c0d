using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Training;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>
/// Has a policy answer the fixed prompts of a run while it trains. Samples are drawn from streams of their own: training does not notice.
/// </summary>
internal sealed class FixedPrompts
{
    // The token that every text begins with, and one of the prompt.
    private const int ShortestPrompt = 2;

    private readonly LanguageModel policy;
    private readonly PromptEncoder encoder;
    private readonly GenerationOptions options;
    private readonly IReadOnlyList<string> prompts;
    private readonly int[][] ids;

    /// <param name="policy">The model that trains; borrowed.</param>
    /// <param name="encoder">Reads prompts as the stage does.</param>
    /// <param name="options">How answers are written.</param>
    /// <param name="prompts">As the prompt column would have them.</param>
    /// <exception cref="ArgumentException">A prompt cannot be read.</exception>
    public FixedPrompts(LanguageModel policy, PromptEncoder encoder, GenerationOptions options, IReadOnlyList<string> prompts)
    {
        (this.policy, this.encoder, this.prompts) = (policy, encoder, prompts);
        var positions = policy.Config.MaxPositions;
        this.options = options with { MaxNewTokens = Math.Min(options.MaxNewTokens, positions - ShortestPrompt) };
        var room = positions - this.options.MaxNewTokens;
        ids = [.. prompts.Select(prompt => PromptCut.FromLeft(Encode(prompt), room, policy.Config.BosTokenId))];
    }

    /// <summary>The answers of the policy as it is now, in the order of the prompts.</summary>
    public IReadOnlyList<SampleAnswer> Answer(CancellationToken cancellation) =>
    [
        .. Generator.Complete(policy, ids, options, cancellation: cancellation).Zip(prompts, (answer, prompt) => new SampleAnswer(
            prompt, encoder.DecodeCompletion(answer.Ids)) { Tokens = answer.Ids.Length, Ended = answer.Ended }),
    ];

    private int[] Encode(string prompt)
    {
        try
        {
            return encoder.EncodePrompt(prompt);
        }
        catch (InvalidExampleException e)
        {
            throw new ArgumentException(
                $"{nameof(AlignmentRun.SamplePrompts)} of the run has a prompt that cannot be read, '{prompt}': {e.Message}", e);
        }
    }
}
