namespace Samples;

/// <summary>Something to run by name.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Summary">What it shows, in a line.</param>
/// <param name="Run">Takes the arguments behind the name and gives the exit code.</param>
internal sealed record Sample(string Name, string Summary, Func<string[], CancellationToken, int> Run)
{
    /// <summary>A sample that works with a <see cref="Lesson"/>.</summary>
    public static Sample Of(string name, string summary, Action<Lesson> teach) =>
        new(name, summary, (args, stop) => Lesson.Run(args, teach, stop));
}
