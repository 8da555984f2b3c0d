using ScottPlot;

namespace Samples.Rlhf;

/// <summary>A line of a picture.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Where it goes.</param>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>What stands at each point.</summary>
    public MarkerShape Mark { get; init; } = MarkerShape.FilledCircle;

    /// <summary>Whether points are joined.</summary>
    public bool IsJoined { get; init; } = true;

    /// <summary>Values of steps, averaged over some of them, since those of a few completions jump.</summary>
    /// <param name="name">What the legend calls it.</param>
    /// <param name="steps">Steps and values.</param>
    /// <param name="pieces">How many points there are to be.</param>
    public static Curve Smoothed(string name, IReadOnlyList<(int Step, double Value)> steps, int pieces = 12) => new(
        name,
        [.. steps.Chunk(Math.Max(1, (steps.Count + pieces - 1) / pieces))
            .Select(chunk => (chunk.Average(step => (double)step.Step), chunk.Average(step => step.Value)))]);

    /// <summary>The mean of the last part of the steps.</summary>
    /// <param name="steps">Steps and values.</param>
    /// <param name="share">How much of them.</param>
    public static double End(IReadOnlyList<(int Step, double Value)> steps, double share = 0.25) =>
        steps.Skip((int)(steps.Count * (1 - share))).Select(step => step.Value).DefaultIfEmpty(double.NaN).Average();
}
