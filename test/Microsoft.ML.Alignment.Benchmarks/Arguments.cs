using System.Globalization;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        usage: Benchmarks [--tasks NAME,NAME,...] [--precision f32|bf16] [--steps N] [--threads N] [--model PATH] [--data FILE]
               Benchmarks --tokenizers
        """;

    /// <summary>Steps that are run but not measured.</summary>
    public const int WarmupSteps = 2;

    /// <summary>A Hugging Face folder or a GGUF file.</summary>
    public string ModelPath { get; init; } = SharedFiles.Find("models/SmolLM2-135M-Instruct", "*.gguf");

    /// <summary>Pairs as JSON Lines.</summary>
    public string DataPath { get; init; } = SharedFiles.Find("data", "preferences-conversational.jsonl");

    /// <summary>Training steps of a task; the first <see cref="WarmupSteps"/> are not measured.</summary>
    public int Steps { get; init; } = 12;

    /// <summary>Threads of one tensor operation; null leaves what TorchSharp chose.</summary>
    public int? Threads { get; init; }

    /// <summary>The tasks to run.</summary>
    public IReadOnlyList<BenchmarkTask> Tasks { get; init; } = BenchmarkTask.All;

    /// <summary>The precision to measure; null is each.</summary>
    public Precision? Precision { get; init; }

    /// <summary>The one task that this process runs; null in the parent.</summary>
    public BenchmarkTask? Task { get; init; }

    /// <summary>Reads the command line; null if it makes no sense.</summary>
    public static Arguments? TryParse(string[] args)
    {
        Arguments? result = args.Length % 2 == 0 ? new() : null;
        for (var i = 0; result is not null && i < args.Length; i += 2)
            result = result.With(args[i], args[i + 1]);
        return result is { Task: not null, Precision: null } ? null : result;
    }

    /// <summary>The command line of the process that runs one task.</summary>
    public string[] ForChild(BenchmarkTask task, Precision precision) =>
    [
        "--task", task.Name, "--precision", Names.Of(precision), "--model", ModelPath, "--data", DataPath, "--steps", Names.Of(Steps),
        .. Threads is { } threads ? ["--threads", Names.Of(threads)] : Array.Empty<string>(),
    ];

    private Arguments? With(string option, string value) => option switch
    {
        "--model" => this with { ModelPath = value },
        "--data" => this with { DataPath = value },
        "--tasks" => value.Split(',').Select(BenchmarkTask.Find).ToArray() is var tasks && !tasks.Contains(null) ? this with { Tasks = tasks! } : null,
        "--task" => BenchmarkTask.Find(value) is { } task ? this with { Task = task } : null,
        "--precision" => Names.PrecisionOf(value) is { } precision ? this with { Precision = precision } : null,
        "--steps" => Number(value) is > WarmupSteps and var steps ? this with { Steps = steps } : null,
        "--threads" => Number(value) is > 0 and var threads ? this with { Threads = threads } : null,
        _ => null,
    };

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
