using System.Globalization;

namespace Samples.Compare;

/// <summary>A column of the results.</summary>
/// <param name="Key">Its name in the report.</param>
/// <param name="Heading">Its name in the table.</param>
/// <param name="Format">How numbers are written in the table.</param>
/// <param name="Value">The value of a run; null where there is none.</param>
internal sealed record ResultColumn(string Key, string Heading, string Format, Func<MethodResult, double?> Value)
{
    public static ResultColumn Right { get; } = Count("right", "said right", run => run.Test.Right);

    public static ResultColumn ChosenChange { get; } = new(
        "chosenLogProbChange", "chosen log-prob vs SFT", "0.00", run => run.ChosenLogProbChange)
    {
        IsChange = true,
    };

    public static ResultColumn Kl { get; } = new("klToSft", "KL to SFT", "0.000", run => run.Test.KlToReference);

    public static ResultColumn Changed { get; } = Count("answersChanged", "answers changed", run => run.AnswersChanged);

    /// <summary>All, in the order of the table.</summary>
    public static IReadOnlyList<ResultColumn> All { get; } =
    [
        new("seconds", "seconds", "0", run => run.Cost?.Seconds),
        Right,
        Count("overRegularised", "over-regularised", run => run.Test.OverRegularised),
        Count("prefersPast", "prefers past", run => run.Test.PrefersPast),
        Count("ranked", "ranked", run => run.Test.Ranked),
        Count("regularRight", "regular kept", run => run.Test.RegularRight),
        new("logProbOfRight", "log-prob of right", "0.00", run => run.Test.LogProbOfRight),
        ChosenChange,
        Kl,
        Changed,
        new("pairsPerSecond", "pairs/s", "0.0", run => run.Cost?.Pairs / run.Cost?.Seconds),
        new("peakMemoryGB", "peak memory, GB", "0.0", run => run.Cost?.PeakMemoryBytes / 1e9),
    ];

    /// <summary>Whether positive numbers get a sign.</summary>
    public bool IsChange { get; init; }

    /// <summary>Whether it counts verbs or answers.</summary>
    public bool IsCount { get; init; }

    public string Text(double? value)
    {
        var text = value?.ToString(Format, CultureInfo.InvariantCulture) ?? "";
        if (value is null || double.Parse(text, CultureInfo.InvariantCulture) == 0)
            return text.TrimStart('-');
        return IsChange && value > 0 ? "+" + text : text;
    }

    private static ResultColumn Count(string key, string heading, Func<MethodResult, double?> value) =>
        new(key, heading, "0.#", value) { IsCount = true };
}
