using System.Globalization;

namespace Samples;

/// <summary>What the user wants.</summary>
internal abstract record Command;

/// <summary>Show the usage.</summary>
internal sealed record HelpCommand : Command;

/// <summary>Train and evaluate.</summary>
internal sealed record RunCommand : Command
{
    /// <summary>A Hugging Face folder or a GGUF file; null makes a tiny model.</summary>
    public string? ModelPath { get; init; }

    /// <summary>The user's own pairs; null is the verb drill.</summary>
    public string? DataPath { get; init; }

    public string? ReportPath { get; init; }

    public string OutPath { get; init; } = Path.Combine("out", "aligned.zip");

    public int Seed { get; init; } = 1;
}

/// <summary>Answer questions with a saved model; without questions, those on standard input.</summary>
internal sealed record AskCommand(string ZipPath, IReadOnlyList<string> Questions) : Command;

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Reads the command line.</summary>
internal static class CommandLine
{
    private const string Usage = """
        Teaches a language model the past tense of irregular verbs: SFT, reward model and DPO in one ML.NET pipeline.

        usage: Samples [options]                  offline: a tiny model is made and aligned in under three minutes
               Samples --model PATH [options]     the same with a real model: a Hugging Face folder or a GGUF file
               Samples ask ZIP ["question" ...]   answers from a saved pipeline, one line an answer; without questions,
                                                  those on standard input, one a line
        options:
          --data FILE     your own pairs (JSON Lines with prompt, chosen, rejected) instead of the verbs; needs --model
          --out FILE      where the aligned pipeline is saved (default: out/aligned.zip)
          --report FILE   writes the results as JSON too
          --seed N        seed of everything random (default: 1)
          --help          this text

        exit code: 0 if the model improved clearly, 1 if not or if something failed, 2 for a wrong command line
        """;

    /// <exception cref="UsageException">An argument is unknown or lacks its value.</exception>
    public static Command Parse(string[] args)
    {
        if (args.Contains("--help") || args.Contains("-h"))
            return new HelpCommand();
        if (args is ["ask", ..])
            return args.Length > 1 ? new AskCommand(args[1], args[2..]) : throw new UsageException("ask: which file? Give the zip that a run saved.");
        var command = new RunCommand();
        for (var i = 0; i < args.Length; i += 2)
            command = With(command, args[i], i + 1 < args.Length ? args[i + 1] : null);
        return command is { DataPath: not null, ModelPath: null }
            ? throw new UsageException("--data needs --model: the tiny model of the offline run knows nothing but verbs.")
            : command;
    }

    public static int PrintUsage(TextWriter to)
    {
        to.WriteLine(Usage);
        return 0;
    }

    private static RunCommand With(RunCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = Required(option, value) },
        "--data" => command with { DataPath = Required(option, value) },
        "--out" => command with { OutPath = Required(option, value) },
        "--report" => command with { ReportPath = Required(option, value) },
        "--seed" => command with { Seed = Number(option, Required(option, value)) },
        _ => throw new UsageException($"Unknown argument '{option}'."),
    };

    private static string Required(string option, string? value) =>
        string.IsNullOrWhiteSpace(value) || value.StartsWith("--", StringComparison.Ordinal) ? throw new UsageException($"{option} needs a value.") : value;

    private static int Number(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{option} needs a whole number of 0 or more; '{value}' is none.");
}
