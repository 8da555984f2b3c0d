using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Methods;

/// <summary>
/// SimPO (Meng et al., 2024): no reference. A completion's reward is its mean log-probability a token, as generation sees it, so that long
/// completions win nothing by their length.
/// </summary>
internal static class SimPo
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.SimPo(new()
            {
                Beta = 2,
                Margin = new SimPoMargin.RatioToBeta { Ratio = 0.25 }, // the chosen reward is to be higher by a quarter of beta
                SftWeight = 1,                                         // nothing else keeps the policy near where it was
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 1e-3, real: 2e-5),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Pairs);

        // Without a reference there are no implicit rewards; log-probabilities tell the same.
        var margins = fitted.LastTransformer.Model.EvaluatePreferences(lesson.TestPairs).PerToken;
        Console.WriteLine($"Log-probabilities of test pairs, per token: {margins}");
        lesson.Show(fitted, "base model", "SFT", "SimPO");
    }
}
