using Microsoft.ML;

namespace Samples.Methods;

/// <summary>
/// KTO (Ethayarajh et al., 2024): completions that were judged one by one, as with thumbs up and down; some may be judged wrongly.
/// </summary>
internal static class Kto
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // Rows of a Prompt, a Completion and a Label. Here they are made of pairs, each completion of a prompt once.
        var feedback = align.Data.FeedbackFromPairs(lesson.Pairs, distinct: true);

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.Kto(new()
            {
                Beta = 0.1,
                DesirableWeight = 2, // there are half as many right completions as wrong ones
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 5e-4, real: 1e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(feedback);

        Console.WriteLine($"Implicit rewards of test pairs: {align.EvaluatePreferences(fitted.Transform(lesson.TestPairs))}");
        lesson.Show(fitted, "base model", "SFT", "KTO");
    }
}
