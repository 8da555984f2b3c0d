using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Samples.Rlaif;

/// <summary>RLAIF in one ML.NET pipeline (Bai et al., 2022; Lee et al., 2023): the model writes, a judge compares, the model learns.</summary>
internal static class RlaifPipeline
{
    /// <summary>Fits the pipeline to prompts, which are all that a person has written.</summary>
    /// <param name="lesson">Has the model and the prompts.</param>
    /// <param name="judge">Compares what the model writes.</param>
    /// <param name="completions">How many completions of a prompt it compares, each with each.</param>
    public static TransformerChain<PolicyTransformer> Fit(Lesson lesson, IPreferenceJudge judge, int completions)
    {
        var align = lesson.Align;
        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Feedback.SampleCompletions(new() { Count = completions, Generation = Sampling(lesson) }))
            .Append(align.Feedback.JudgePreferences(judge))
            .Append(align.Trainers.Dpo(Dpo(lesson)));
        return pipeline.Fit(lesson.Prompts);
    }

    /// <summary>How the model writes: somewhat cooler than 1, so that most of what is compared are words.</summary>
    public static GenerationOptions Sampling(Lesson lesson) => lesson.Answers with { Temperature = 0.8, Seed = lesson.Seed };

    /// <summary>
    /// How the model learns from pairs of what it wrote itself; chosen on held-out training verbs. The SFT term holds the policy where verdicts are
    /// wrong, and where it learns for long.
    /// </summary>
    public static DpoTrainer.Options Dpo(Lesson lesson) => new()
    {
        Beta = 0.1,
        SftWeight = 1,
        Lora = lesson.Lora,
        Training = lesson.Training(tiny: 1e-3, real: 2e-5) with { Epochs = lesson.Choose(tiny: 6, real: 1) },
        Generation = lesson.Answers,
    };
}
