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

    /// <summary>JSON that overrides options of the stages; null overrides nothing.</summary>
    public string? OptionsPath { get; init; }

    public string? ReportPath { get; init; }

    /// <summary>The folder that keeps the run; null keeps nothing.</summary>
    public string? WorkspacePath { get; init; }

    /// <summary>Whether to go on with the run in the workspace.</summary>
    public bool Resume { get; init; }

    public string OutPath { get; init; } = Path.Combine("out", "aligned.zip");

    public int Seed { get; init; } = 1;
}

/// <summary>Train with every method and compare.</summary>
internal sealed record CompareCommand : Command
{
    /// <summary>A Hugging Face folder or a GGUF file; null makes a tiny model.</summary>
    public string? ModelPath { get; init; }

    public string? ReportPath { get; init; }

    public string ChartPath { get; init; } = Path.Combine("out", "compare.png");

    /// <summary>Everything is repeated with each of them.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1];

    /// <summary>Keys of the methods; null is all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }
}

/// <summary>Answer questions with a saved model; without questions, those on standard input.</summary>
internal sealed record AskCommand(string ZipPath, IReadOnlyList<string> Questions) : Command;
