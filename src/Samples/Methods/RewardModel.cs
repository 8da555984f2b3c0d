using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Methods;

/// <summary>A reward model (Ouyang et al., 2022): it gives a completion a score, higher for the one that people prefer.</summary>
internal static class RewardModel
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // Rows of a Prompt, the Chosen completion and the Rejected one; the past form is better than "goed", and that than "wented".
        var pipeline = align.BaseModel(lesson.ModelPath)
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Append(align.Trainers.RewardModel(new() { Lora = lesson.Lora, Training = lesson.Training(tiny: 2e-3, real: 2e-4) }));

        using var fitted = pipeline.Fit(lesson.Rankings);

        Console.WriteLine($"Pairs of verbs that were never trained on: {align.EvaluateRewardModel(fitted.Transform(lesson.TestRankings))}");

        // The column Reward is computed where a row has a Completion. Only differences between rewards of one prompt mean something.
        var answers = lesson.TestVerbs.Take(5).SelectMany(verb => new[] { verb.Past, verb.Wrong, verb.Doubled }
            .Select(form => new Instruction(Wording.Test.Ask(verb), Wording.Test.Say(verb, form))));
        var rows = fitted.Transform(align.Data.LoadFromEnumerable(answers));
        var scored = lesson.ML.Data.CreateEnumerable<Scored>(rows, reuseRowObject: false);
        TextTable.Write(["completion", "reward"], [.. scored.Select(row => new[] { row.Completion, $"{row.Reward:F2}" })]);
    }

    private sealed class Scored
    {
        public string Completion { get; set; } = "";

        public float Reward { get; set; }
    }
}
