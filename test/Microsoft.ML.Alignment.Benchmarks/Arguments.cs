using System.Globalization;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    /// <summary>A Hugging Face folder or a GGUF file.</summary>
    public string ModelPath { get; init; } = FindShared("models", "SmolLM2-135M-Instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");

    /// <summary>Pairs as JSON Lines.</summary>
    public string DataPath { get; init; } = FindShared("data", "preferences-conversational.jsonl");

    /// <summary>Measured steps; two more warm up.</summary>
    public int Steps { get; init; } = 6;

    /// <summary>Part of the names of the tasks to run; null is all.</summary>
    public string? Only { get; init; }

    /// <summary>The one task that this process runs; null in the parent.</summary>
    public string? Task { get; init; }

    /// <summary>Reads the command line; null if it makes no sense.</summary>
    public static Arguments? TryParse(string[] args)
    {
        Arguments? result = args.Length % 2 == 0 ? new() : null;
        for (var i = 0; result is not null && i < args.Length; i += 2)
        {
            result = args[i] switch
            {
                "--model" => result with { ModelPath = args[i + 1] },
                "--data" => result with { DataPath = args[i + 1] },
                "--only" => result with { Only = args[i + 1] },
                "--task" => result with { Task = args[i + 1] },
                "--steps" when int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0 => result with { Steps = steps },
                _ => null,
            };
        }

        return result;
    }

    /// <summary>The command line of the process that runs one task.</summary>
    public string[] ForTask(string task) =>
        ["--model", ModelPath, "--data", DataPath, "--steps", Steps.ToString(CultureInfo.InvariantCulture), "--task", task];

    // The shared collection lies in a folder beside the repository, or beside one of the folders above it.
    private static string FindShared(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine([folder.FullName, "shared", .. parts]);
            if (File.Exists(path) || Directory.Exists(path))
                return path;
        }

        return Path.Combine(["shared", .. parts]);
    }
}
