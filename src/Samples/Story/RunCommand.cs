using Samples.Terminal;

namespace Samples.Story;

/// <summary>What the user wants of the pipeline.</summary>
internal sealed record RunCommand
{
    private const string ResumeOption = "--resume";

    /// <summary>A Hugging Face folder or a GGUF file; null makes a tiny model.</summary>
    public string? ModelPath { get; init; }

    /// <summary>The user's own pairs; null is the verb drill.</summary>
    public string? DataPath { get; init; }

    /// <summary>JSON that overrides options of the stages; null overrides nothing.</summary>
    public string? OptionsPath { get; init; }

    public string? ReportPath { get; init; }

    /// <summary>The folder that keeps the run; null keeps nothing.</summary>
    public string? WorkspacePath { get; init; }

    /// <summary>Whether to go on with the run in the workspace.</summary>
    public bool Resume { get; init; }

    public string OutPath { get; init; } = Path.Combine("out", "aligned.zip");

    public int Seed { get; init; } = 1;

    /// <summary>Reads the options of the pipeline.</summary>
    /// <exception cref="UsageException">An argument is unknown, lacks its value or needs another.</exception>
    public static RunCommand Parse(IReadOnlyList<string> args)
    {
        var start = new RunCommand { Resume = args.Contains(ResumeOption) };
        var command = OptionValues.Fold([.. args.Where(argument => argument != ResumeOption)], start, With);
        return command switch
        {
            { DataPath: not null, ModelPath: null } =>
                throw new UsageException("--data needs --model: the tiny model of the offline run knows nothing but verbs."),
            { Resume: true, WorkspacePath: null } => throw new UsageException("--resume needs --workspace: which run is to go on?"),
            _ => command,
        };
    }

    private static RunCommand With(RunCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = OptionValues.Text(option, value) },
        "--data" => command with { DataPath = OptionValues.Text(option, value) },
        "--options" => command with { OptionsPath = OptionValues.Text(option, value) },
        "--out" => command with { OutPath = OptionValues.Text(option, value) },
        "--report" => command with { ReportPath = OptionValues.Text(option, value) },
        "--workspace" => command with { WorkspacePath = OptionValues.Text(option, value) },
        "--seed" => command with { Seed = OptionValues.Number(option, value) },
        _ => throw OptionValues.Unknown(option),
    };
}
