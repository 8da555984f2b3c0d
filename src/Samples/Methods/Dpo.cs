using Microsoft.ML;

namespace Samples.Methods;

/// <summary>
/// DPO (Rafailov et al., 2023): of two completions the better one is preferred, measured against the policy that came in.
/// </summary>
internal static class Dpo
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // Rows of a Prompt, the Chosen completion ("went") and the Rejected one ("goed", or "wented").
        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.Dpo(new()
            {
                Beta = 0.1,    // how hard the reference holds the policy back
                SftWeight = 1, // imitates the chosen completions too, or they would become rarer together with the rejected ones
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 1e-3, real: 2e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Pairs);

        // A stage with a reference has implicit rewards, beta (log pi - log pi_ref), in columns of their own.
        Console.WriteLine($"Implicit rewards of test pairs: {align.EvaluatePreferences(fitted.Transform(lesson.TestPairs))}");
        lesson.Show(fitted, "base model", "SFT", "DPO");
    }
}
