using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Methods;

/// <summary>ORPO (Hong, Lee and Thorne, 2024): imitates the chosen completion and prefers it, in one stage, from a base model.</summary>
internal static class Orpo
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // No SFT before it, and no reference: one model, one stage.
        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Orpo(new()
            {
                OddsRatioWeight = 0.5, // lambda: of the preference, beside the imitation
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 2e-3, real: 1e-3),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Pairs);

        var margins = fitted.LastTransformer.Model.EvaluatePreferences(lesson.TestPairs).PerToken;
        Console.WriteLine($"Log-probabilities of test pairs, per token: {margins}");
        lesson.Show(fitted, "base model", "ORPO");
    }
}
