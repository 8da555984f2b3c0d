namespace Samples.Rlaif;

/// <summary>A judge and the runs that learned from it.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Command">How it was run.</param>
/// <param name="Runs">A run a seed.</param>
internal sealed record RlaifArm(string Name, RlaifCommand Command, IReadOnlyList<RlaifRun> Runs)
{
    private const double PlantedShare = 0.2;

    /// <summary>What the judge's pairs were like, over all seeds.</summary>
    public Labels Labels => Runs.Select(run => run.Labels).Aggregate((sum, one) => sum + one);

    /// <summary>Whom the policies followed before they learned, over all seeds; null where a person judges.</summary>
    public Agreement? Before => Sum(run => run.AgreementBefore);

    /// <summary>Whom they follow afterwards.</summary>
    public Agreement? After => Sum(run => run.AgreementAfter);

    /// <summary>Runs a judge with each seed.</summary>
    public static RlaifArm Run(string name, RlaifCommand command, CancellationToken stop) =>
        new(name, command, [.. (command.Seeds ?? [command.Lesson.Seed]).Select(seed => RlaifRun.Of(command, seed, stop))]);

    /// <summary>
    /// The judges that are run: the one that the user described, or, where he asked for several seeds and described none, the judge as it is, with
    /// mistakes planted, and with its constitution turned round.
    /// </summary>
    public static IEnumerable<(string Name, RlaifCommand Command)> Of(RlaifCommand command) =>
        command is { Seeds: null } or { Inverted: true } or { Wrong: > 0 } or { ConstitutionPath: not null }
            ? [("the judge", command)]
            : [
                ("the judge", command), ($"{100 * PlantedShare:0} % wrong", command with { Wrong = PlantedShare }),
                ("turned round", command with { Inverted = true }),
            ];

    private Agreement? Sum(Func<RlaifRun, Agreement?> of) => Runs.Select(of).Aggregate((sum, one) => sum is null || one is null ? null : sum + one);
}
