using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>A measured task beside what the machine could do in the same process.</summary>
/// <param name="Measurement">The task.</param>
/// <param name="Peaks">The machine; the first is the base of the share.</param>
/// <param name="Runtime">Kernel and threads that the task used.</param>
internal sealed record TaskResult(Measurement Measurement, IReadOnlyList<MatrixPeak> Peaks, string Runtime)
{
    /// <summary>Runs a task in this process. Peaks come last, so that peak memory is the task's own.</summary>
    public static TaskResult Measure(BenchmarkTask task, Arguments arguments)
    {
        AlignmentRuntime.Configure(new() { Threads = arguments.Threads });
        var runtime = AlignmentRuntime.Describe();
        var measurement = task.Run(arguments, arguments.Precision!.Value);
        return new(measurement, MatrixPeaks.Measure(), runtime);
    }

    /// <summary>Runs a task in a process of its own; null if that failed.</summary>
    public static TaskResult? MeasureInChild(BenchmarkTask task, Precision precision, Arguments arguments)
    {
        var program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(TaskResult).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, [.. self, .. arguments.ForChild(task, precision)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<TaskResult>(output) : null;
    }

    /// <summary>The share of MKL's float32 peak that the model's own products make up; null where none is given.</summary>
    public double? Share(BenchmarkTask task) =>
        task.FlopsPerToken * Measurement.TokensPerSecond * Measurement.Weights / Peaks[0].Mkl;
}
