using Microsoft.ML;
using Samples.Story;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>What do pairs teach? DPO on as many pairs of three designs, and what each of them breaks.</summary>
internal static class PairDesigns
{
    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;
        var (irregular, regular) = (Asked(lesson, isRegular: false), Asked(lesson, isRegular: true));
        (string Name, IReadOnlyList<Preference> Pairs)[] designs =
        [
            ("irregular", [.. irregular.Select(row => row.Against(row.Verb.Wrong))]),
            ("+ regular", [.. irregular.Skip(regular.Count).Concat(regular).Select(row => row.Against(row.Verb.Wrong))]),
            ("+ wented", [.. irregular.Select((row, i) => row.Against(i % 2 == 0 ? row.Verb.Wrong : row.Verb.Doubled))]),
        ];

        using var start = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(lesson.Sft, trainingSet: lesson.Instructions))
            .Fit(lesson.Pairs);
        List<(string Name, DrillScores Scores)> scores = [("SFT", lesson.Score(start.LastTransformer))];
        foreach (var (name, pairs) in designs)
        {
            using var policy = align.Trainers.Dpo(new()
            {
                Beta = 0.1,
                Lora = lesson.Lora,
                Training = lesson.Training(tiny: 1e-3, real: 5e-5),
                Generation = lesson.Answers,
            }).Fit(start.Transform(lesson.ML.Data.LoadFromEnumerable(pairs)));
            scores.Add((name, lesson.Score(policy)));
        }

        ScoreTable.Print($"{lesson.Measured}: never trained on; {irregular.Count} pairs each", scores, withDivergence: false);
        Say(scores);
        Curve Of(string name, Func<DrillScores, double> share) => new(
            name, [.. scores.Select((policy, i) => ((double)i, 100 * share(policy.Scores)))]);
        Picture.Write(
            lesson.PicturePath("pairs"),
            new Panel("share of the verbs, %", "", [
                Of("said right", s => (double)s.Right / s.Verbs), Of("regular kept", s => (double)s.RegularRight / s.RegularVerbs),
                Of("ranked went > goed > wented", s => (double)s.Ranked / s.Comparisons),
            ])
            {
                Places = [.. scores.Select(policy => policy.Name)],
            });
    }

    private static List<Row> Asked(Lesson lesson, bool isRegular) =>
    [
        .. from verb in lesson.TrainVerbs where verb.IsRegular == isRegular from wording in Wording.Training select new Row(verb, wording),
    ];

    private static void Say(List<(string Name, DrillScores Scores)> scores)
    {
        foreach (var (name, after) in scores.Skip(1))
        {
            var before = scores[0].Scores;
            var lost = before.RegularRight - after.RegularRight;
            Console.WriteLine(
                $"{name}: irregular verbs right {before.Right} -> {after.Right} of {after.Verbs}, ranked {before.Ranked} -> {after.Ranked}; "
                + $"it breaks {(lost > 0 ? $"{lost}" : "none")} of {before.RegularRight} regular verbs.");
        }

        Console.WriteLine(
            "Look at what a design gives up: the number of pairs is the same, so that pairs of regular verbs and of wented replace went > goed. "
            + "Where every rejected answer ends in -ed, avoiding -ed would do as well: whether that happens is what the regular verbs say.");
    }

    private sealed record Row(Verb Verb, Wording Wording)
    {
        public Preference Against(string worse) => new(Wording.Ask(Verb), Wording.Say(Verb, Verb.Past), Wording.Say(Verb, worse));
    }
}
