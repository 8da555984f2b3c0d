using Samples.Rlaif;
using Samples.Rlhf;
using Samples.Story;
using Samples.Terminal;

namespace Samples.Constitutional;

/// <summary>A model learns from a constitution without a label of a person; what was said at each step, and what it was worth.</summary>
internal static class ConstitutionStory
{
    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        var command = RlaifCommand.Parse(args);
        if (command.AsksPerson)
            throw new UsageException(
                "A person at the console compares answers but does not rewrite them; take --judge rules, --judge gguf PATH or --endpoint.");
        if (command.Wrong > 0)
            throw new UsageException("--wrong plants wrong verdicts, which the sample rlaif measures; leave it out.");
        IReadOnlyList<ConstitutionRun> runs = [.. (command.Seeds ?? [command.Lesson.Seed]).Select(seed => ConstitutionRun.Of(command, seed, stop))];
        foreach (var run in runs)
            Say(run);
        if (runs.Count > 1)
            Say(runs);
        Draw(command.Lesson.PicturePath ?? Path.Combine("out", "constitution.png"), runs);
        return 0;
    }

    private static void Say(ConstitutionRun run)
    {
        var (revisions, labels) = (run.Revisions, run.Labels);
        ScoreTable.Print($"{run.Measured}: never trained on, seed {run.Seed}", [.. ConstitutionRun.Names.Zip(run.Scores)], withDivergence: false);
        Console.WriteLine(
            $"Of {revisions.Answers} answers that the base model wrote {revisions.RightBefore} were right; {revisions.Changed} were changed, "
            + $"of which {revisions.Mended} became right and {revisions.Spoiled} wrong; SFT learned from {revisions.RightAfter} right ones.");
        Console.WriteLine(
            $"The judge made {labels.Pairs} pairs. Of {labels.Right + labels.Wrong} in which one answer alone is right, "
            + $"it chose that one in {labels.Right}.");
    }

    private static void Say(IReadOnlyList<ConstitutionRun> runs)
    {
        double Gain(ConstitutionRun run, int from, int to) => 100 * (run.Scores[to].Accuracy - run.Scores[from].Accuracy);
        Console.WriteLine();
        Console.WriteLine($"Verbs said right, {runs.Count} seeds:");
        Console.WriteLine($"  SFT on revisions against the base model: {Spread.Of([.. runs.Select(run => Gain(run, 0, 1))])}.");
        Console.WriteLine($"  DPO against SFT: {Spread.Of([.. runs.Select(run => Gain(run, 1, 2))])}.");
        Console.WriteLine($"  Both: {Spread.Of([.. runs.Select(run => Gain(run, 0, 2))])}.");
    }

    private static void Draw(string path, IReadOnlyList<ConstitutionRun> runs)
    {
        Panel Of(string title, Func<Verbs.DrillScores, double> share) => new(title, "", [.. runs.Select(run => new Curve(
            $"seed {run.Seed}", [.. run.Scores.Select((scores, at) => ((double)at, 100 * share(scores)))]))])
        { Places = ConstitutionRun.Names };
        Picture.Write(
            path,
            Of("irregular verbs never trained on, said right, %", scores => (double)scores.Right / scores.Verbs),
            Of("regular ones, %", scores => (double)scores.RegularRight / scores.RegularVerbs));
    }
}
