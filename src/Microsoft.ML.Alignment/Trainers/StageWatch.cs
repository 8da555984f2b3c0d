using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Observing.Recording;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Puts in place what watches a stage.</summary>
internal static class StageWatch
{
    /// <summary>
    /// The context with a recorder, and with answers to the run's fixed prompts and what else the run measures where the stage writes.
    /// </summary>
    /// <param name="context">What surrounds the stage.</param>
    /// <param name="policy">The model that trains.</param>
    /// <param name="encoder">Reads prompts as the stage does.</param>
    /// <param name="writing">How the fitted model writes; null if it does not.</param>
    public static TrainingContext Watched(
        this TrainingContext context, LanguageModel policy, PromptEncoder encoder, GenerationOptions? writing) => context with
    {
        Observers = [.. context.Observers, new RunRecorder(new RunMessages(context.Log, context.Run.LoggerFactory), TimeProvider.System)],
        AnswerSamples = writing is not null && context.Run.SamplePrompts.Count > 0
            ? new FixedPrompts(policy, encoder, writing, context.Run.SamplePrompts).Answer
            : null,
        Measure = writing is not null && context.Run.Measure is { } measure ? () => measure(policy) : null,
    };
}
