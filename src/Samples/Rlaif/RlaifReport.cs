using Samples.Rlhf;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Rlaif;

/// <summary>Says and draws what came of the judges.</summary>
internal static class RlaifReport
{
    /// <summary>A table of the seeds: verbs of both kinds that were said right.</summary>
    public static void Table(IReadOnlyList<RlaifArm> arms)
    {
        static string Right(DrillScores scores) =>
            $"{scores.AllRight}/{scores.AllVerbs} ({scores.Right}/{scores.Verbs} irregular, {scores.RegularRight}/{scores.RegularVerbs} regular)";
        var runs = arms[0].Runs;
        Console.WriteLine();
        Console.WriteLine($"{runs[0].Measured}: said right before, and after learning from");
        TextTable.Write(
            ["seed", "before", .. arms.Select(arm => arm.Name)],
            [.. runs.Select((run, i) => (IReadOnlyList<string>)[$"{run.Seed}", Right(run.Before), .. arms.Select(arm => Right(arm.Runs[i].After))])]);
    }

    /// <summary>What an arm gained, how good its labels were, and whether the policy copies its judge.</summary>
    public static void Say(RlaifArm arm)
    {
        var labels = arm.Labels;
        Console.WriteLine();
        var labelled = arm.Command.AsksPerson ? "a person compared answers, and wrote none" : "no person labelled anything";
        Console.WriteLine($"{arm.Name}: {Spread.Of([.. arm.Runs.Select(run => run.Gain)])} of verbs said right; {labelled}.");
        Console.WriteLine(
            $"  It made {labels.Pairs} pairs of what the model wrote. Of {labels.Right + labels.Wrong} in which one answer alone is right, "
            + $"it chose that one in {labels.Right} ({labels.Accuracy:P0}).");
        if (arm is { Before: { } before, After: { } after })
            Say(before, after);
    }

    /// <summary>What a judge's flaws cost against the judge without them, seed by seed.</summary>
    public static void Say(RlaifArm arm, RlaifArm without) => Console.WriteLine(
        $"  Against the judge as it is: {Spread.Of([.. arm.Runs.Zip(without.Runs, (with, plain) => with.Gain - plain.Gain)])}.");

    /// <summary>Accuracy of each seed, and whom the policies follow.</summary>
    public static void Draw(string path, IReadOnlyList<RlaifArm> arms)
    {
        IReadOnlyList<string> names = [.. arms.Select(arm => arm.Name)];
        var seeds = arms[0].Runs.Select((run, i) => new Curve(
            $"seed {run.Seed}", [(0, 100 * run.Before.Accuracy), .. arms.Select((arm, at) => (at + 1.0, 100 * arm.Runs[i].After.Accuracy))]));
        List<Panel> panels = [new("verbs never trained on, said right, %", "", [.. seeds]) { Places = ["before", .. names] }];
        if (arms.All(arm => arm.After is { Judged: > 0 }))
        {
            Curve Of(string name, Func<RlaifArm, double> share) => new(name, [.. arms.Select((arm, at) => ((double)at, 100 * share(arm)))]);
            panels.Add(new("where the judge has an opinion, %", "", [
                Of("judge = truth", arm => Share(arm.After!.JudgeRight, arm.After.Judged)),
                Of("model = judge", arm => Share(arm.After!.WithJudge, arm.After.Judged)),
                Of("model = truth", arm => Share(arm.After!.WithTruth, arm.After.Judged)),
            ])
            { Places = names });
        }

        Picture.Write(path, panels);
    }

    private static void Say(Agreement before, Agreement after)
    {
        Console.WriteLine(
            $"  Right form or wrong one, verbs never trained on: the judge has an opinion on {after.Judged} and is right on {after.JudgeRight}. "
            + $"There the model agrees with the judge on {after.WithJudge} (before: {before.WithJudge}), "
            + $"with the truth on {after.WithTruth} (before: {before.WithTruth}).");
        Console.WriteLine(
            $"  Where the judge is wrong, the model is right on {after.RightWhereJudgeIsWrong} of {after.JudgeWrong} "
            + $"(before: {before.RightWhereJudgeIsWrong}); "
            + $"where it has no opinion, on {after.RightWhereSilent} of {after.Silent} (before: {before.RightWhereSilent}).");
    }

    private static double Share(int part, int whole) => (double)part / whole;
}
