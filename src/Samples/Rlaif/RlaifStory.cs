using Samples.Story;
using Samples.Terminal;

namespace Samples.Rlaif;

/// <summary>A model learns from a judge without a label of a person; what it learned, and whom it follows.</summary>
internal static class RlaifStory
{
    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        var command = RlaifCommand.Parse(args);
        IReadOnlyList<RlaifArm> arms = [.. RlaifArm.Of(command).Select(arm => RlaifArm.Run(arm.Name, arm.Command, stop))];
        if (arms is [{ Runs: [var only] }])
            ScoreTable.Print($"{only.Measured}: never trained on", [("before", only.Before), ("RLAIF", only.After)], withDivergence: false);
        else
            RlaifReport.Table(arms);
        foreach (var arm in arms)
        {
            RlaifReport.Say(arm);
            if (arm != arms[0])
                RlaifReport.Say(arm, arms[0]);
        }

        RlaifReport.Draw(command.Lesson.PicturePath ?? Path.Combine("out", "rlaif.png"), arms);
        return 0;
    }
}
