namespace Samples.Compare;

/// <summary>Reads the options of <c>compare</c>.</summary>
internal static class CompareArguments
{
    /// <exception cref="UsageException">An argument is unknown, lacks its value or has one that makes no sense.</exception>
    public static CompareCommand Parse(IReadOnlyList<string> args) => OptionValues.Fold(args, new CompareCommand(), With);

    private static CompareCommand With(CompareCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = OptionValues.Text(option, value) },
        "--report" => command with { ReportPath = OptionValues.Text(option, value) },
        "--chart" => command with { ChartPath = OptionValues.Text(option, value) },
        "--seed" => command with { Seeds = [OptionValues.Number(option, value)] },
        "--seeds" => command with { Seeds = OptionValues.Numbers(option, value) },
        "--methods" => command with { Methods = [.. OptionValues.List(option, value).Select(Known)] },
        _ => throw OptionValues.Unknown(option),
    };

    private static string Known(string key)
    {
        var keys = ComparedMethods.All.Select(method => method.Key);
        return keys.Contains(key) ? key : throw new UsageException($"There is no method '{key}'; there are {string.Join(", ", keys)}.");
    }
}
