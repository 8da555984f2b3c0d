using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Methods;

/// <summary>CPO (Xu et al., 2024): DPO without its reference, and the likelihood of the chosen completions in its place.</summary>
internal static class Cpo
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.Cpo(new()
            {
                Beta = 0.1,
                SftWeight = 1, // what holds the policy: it imitates the chosen completions
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 1e-3, real: 2e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Pairs);

        Console.WriteLine($"Log-probabilities of test pairs: {fitted.LastTransformer.Model.EvaluatePreferences(lesson.TestPairs).Summed}");
        lesson.Show(fitted, "base model", "SFT", "CPO");
    }
}
