using Microsoft.ML.Alignment;

namespace Samples.Terminal;

/// <summary>Shows how training goes: on a terminal one line that is written over, else a line now and then.</summary>
internal sealed class ProgressLine : IProgress<TrainingProgress>
{
    private const int LinesOfStage = 5;

    public void Report(TrainingProgress value)
    {
        var isLast = value.Step == value.TotalSteps;
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{Fitting(Describe(value))}\e[K{(isLast ? "\n" : "")}");
        else if (isLast || value.Step % Math.Max(1, value.TotalSteps / LinesOfStage) == 0)
            Console.WriteLine(Describe(value));
    }

    public static string Describe(TrainingProgress value) => value.Feedback is { } feedback
        ? $"{value.Stage,-11} {feedback}  {value.TimeLeft:m\\:ss} left"
        : $"{value.Stage,-11} {value.Step,4}/{value.TotalSteps}  loss {value.Loss:F4}  {value.TokensPerSecond,6:F0} tokens/s  "
        + (value.SampledTokensPerSecond is { } sampled ? $"(sampling {sampled:F0}, training {value.TrainedTokensPerSecond:F0})  " : "")
        + $"{value.TimeLeft:m\\:ss} left  {value.PeakMemoryBytes / 1e9:F1} GB";

    // A line that wraps could not be written over.
    private static string Fitting(string line) => line[..Math.Min(line.Length, TerminalWidth.Columns - 1)];
}
