using Microsoft.ML;

namespace Samples.Methods;

/// <summary>
/// IPO (Azar et al., 2023): DPO pushes a pair apart without end where everybody prefers the same side; IPO aims at a margin of 1/(2 tau),
/// and stops.
/// </summary>
internal static class Ipo
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.Ipo(new()
            {
                Tau = 0.1, // the log-ratios of chosen and rejected are to be 5 nats apart
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 5e-4, real: 2e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Pairs);

        // Rewards are tau times log-ratios, so a margin that was reached reads 0.5.
        Console.WriteLine($"Implicit rewards of test pairs: {align.EvaluatePreferences(fitted.Transform(lesson.TestPairs))}");
        lesson.Show(fitted, "base model", "SFT", "IPO");
    }
}
