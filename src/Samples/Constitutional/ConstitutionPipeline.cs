using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Rlaif;

namespace Samples.Constitutional;

/// <summary>
/// Constitutional AI in one ML.NET pipeline (Bai et al., 2022): the model answers, its answers are criticised and rewritten, the model as it was
/// learns the revisions; then it writes again, a judge compares by principles, and it learns the preferences.
/// </summary>
internal static class ConstitutionPipeline
{
    /// <summary>Fits the pipeline to prompts, which are all that a person has written beside the constitution.</summary>
    /// <param name="lesson">Has the model and the prompts.</param>
    /// <param name="judge">Its client criticises, rewrites and compares.</param>
    /// <param name="command">How often that is asked for.</param>
    public static TransformerChain<PolicyTransformer> Fit(Lesson lesson, ChosenJudge judge, RlaifCommand command)
    {
        var (align, sampled) = (lesson.Align, RlaifPipeline.Sampling(lesson));
        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Feedback.SampleCompletions(new() { Count = 1, Generation = sampled }))
            .Append(align.Feedback.CritiqueAndRevise(judge.Client, judge.Constitution, new() { Rounds = command.Rounds }))
            .Append(align.Trainers.Sft(lesson.Sft))     // the policy that comes here is still the base model
            .Append(align.Feedback.SampleCompletions(new() { Count = command.Completions, Generation = sampled }))
            .Append(align.Feedback.JudgePreferences(judge.Judge))
            .Append(align.Trainers.Dpo(RlaifPipeline.Dpo(lesson)));
        return pipeline.Fit(lesson.Prompts);
    }
}
