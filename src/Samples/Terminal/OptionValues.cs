using System.Globalization;

namespace Samples.Terminal;

/// <summary>The command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Reads options, each of which has a value.</summary>
internal static class OptionValues
{
    /// <summary>Takes up options one after another.</summary>
    /// <param name="args">Options and values in turn.</param>
    /// <param name="command">What holds without any.</param>
    /// <param name="with">Gives the command with one option more.</param>
    /// <exception cref="UsageException">An option lacks its value.</exception>
    public static T Fold<T>(IReadOnlyList<string> args, T command, Func<T, string, string?, T> with)
    {
        for (var i = 0; i < args.Count; i += 2)
            command = with(command, args[i], i + 1 < args.Count ? args[i + 1] : null);
        return command;
    }

    public static string Text(string option, string? value) =>
        string.IsNullOrWhiteSpace(value) || value.StartsWith("--", StringComparison.Ordinal)
            ? throw new UsageException($"{option} needs a value.")
            : value;

    public static int Number(string option, string? value) =>
        int.TryParse(Text(option, value), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{option} needs a whole number of 0 or more; '{value}' is none.");

    public static int Count(string option, string? value) => Number(option, value) is > 0 and var count
        ? count
        : throw new UsageException($"{option} needs a whole number of 1 or more; '{value}' is none.");

    /// <summary>A share, from 0 to 1.</summary>
    public static double Share(string option, string? value) =>
        double.TryParse(Text(option, value), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw new UsageException($"{option} needs a number from 0 to 1, e.g. 0.2; '{value}' is none.");

    public static IReadOnlyList<int> Numbers(string option, string? value) => [.. List(option, value).Select(item => Number(option, item))];

    /// <summary>A list with commas; no item may stand there twice.</summary>
    public static IReadOnlyList<string> List(string option, string? value)
    {
        var items = Text(option, value).Split(',', StringSplitOptions.TrimEntries);
        return items.Distinct(StringComparer.Ordinal).Count() == items.Length
            ? items
            : throw new UsageException($"{option}: '{value}' names something twice.");
    }

    /// <summary>Whether verbs are those that are kept out for choosing settings.</summary>
    public static bool IsHeldOut(string option, string? value) => Text(option, value) switch
    {
        "heldout" => true,
        "test" => false,
        var verbs => throw new UsageException($"{option} is test or heldout; '{verbs}' is neither."),
    };

    public static UsageException Unknown(string option) => new($"Unknown argument '{option}'.");
}
