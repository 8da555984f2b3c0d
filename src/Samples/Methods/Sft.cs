using Microsoft.ML;

namespace Samples.Methods;

/// <summary>Supervised fine-tuning: the policy imitates right answers, token by token. Where answers are known, begin here.</summary>
internal static class Sft
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // Rows of a Prompt and the Completion to imitate: 'What is the past tense of the verb "bear"?', '... is "bore".'
        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(new()
            {
                Lora = lesson.Lora, // two small matrices a layer are trained; without this, all weights
                Training = lesson.Training(tiny: 2e-3, real: 1e-3),
                Generation = lesson.Answers,
            }));

        using var fitted = pipeline.Fit(lesson.Instructions);

        lesson.Show(fitted, "base model", "SFT");
    }
}
