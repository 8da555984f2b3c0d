using Microsoft.ML;

namespace Samples.Methods;

/// <summary>
/// BCO (Jung et al., 2024): completions that were judged one by one; a classifier of right and wrong ones whose logit is the reward.
/// </summary>
internal static class Bco
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // Rows of a Prompt, a Completion and a Label: two of each pair.
        var feedback = align.Data.FeedbackFromPairs(lesson.Pairs);

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.Bco(new()
            {
                Beta = 0.1,
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 5e-4, real: 3e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(feedback);

        Console.WriteLine($"Implicit rewards of test pairs: {align.EvaluatePreferences(fitted.Transform(lesson.TestPairs))}");
        lesson.Show(fitted, "base model", "SFT", "BCO");
    }
}
