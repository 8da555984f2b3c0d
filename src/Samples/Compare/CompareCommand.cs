using Samples.Terminal;

namespace Samples.Compare;

/// <summary>What the user wants compared.</summary>
internal sealed record CompareCommand
{
    /// <summary>A Hugging Face folder or a GGUF file; null makes a tiny model.</summary>
    public string? ModelPath { get; init; }

    public string? ReportPath { get; init; }

    /// <summary>JSON that overrides options of the methods; null overrides nothing.</summary>
    public string? OptionsPath { get; init; }

    public string ChartPath { get; init; } = Path.Combine("out", "compare.png");

    /// <summary>Everything is repeated with each of them.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1];

    /// <summary>Keys of the methods; null is all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Whether training verbs that are kept out are measured, for choosing settings; else the test verbs.</summary>
    public bool HeldOut { get; init; }

    /// <summary>Reads the options of <c>compare</c>.</summary>
    /// <exception cref="UsageException">An argument is unknown, lacks its value or has one that makes no sense.</exception>
    public static CompareCommand Parse(IReadOnlyList<string> args) => OptionValues.Fold(args, new CompareCommand(), With);

    private static CompareCommand With(CompareCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = OptionValues.Text(option, value) },
        "--report" => command with { ReportPath = OptionValues.Text(option, value) },
        "--options" => command with { OptionsPath = OptionValues.Text(option, value) },
        "--chart" => command with { ChartPath = OptionValues.Text(option, value) },
        "--seed" => command with { Seeds = [OptionValues.Number(option, value)] },
        "--seeds" => command with { Seeds = OptionValues.Numbers(option, value) },
        "--methods" => command with { Methods = [.. OptionValues.List(option, value).Select(Known)] },
        "--verbs" => command with { HeldOut = OptionValues.IsHeldOut(option, value) },
        _ => throw OptionValues.Unknown(option),
    };

    // The SFT stage alone is a choice too: every method starts from it.
    private static string Known(string key)
    {
        string[] keys = [MethodOverrides.SftKey, .. ComparedMethods.All.Select(method => method.Key)];
        return keys.Contains(key) ? key : throw new UsageException($"There is no method '{key}'; there are {string.Join(", ", keys)}.");
    }
}
