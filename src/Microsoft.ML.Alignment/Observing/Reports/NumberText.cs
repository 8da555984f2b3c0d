using System.Globalization;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>Numbers as people read them.</summary>
internal static class NumberText
{
    private const double Small = 1e-3;
    private const double Large = 1e5;

    /// <summary>A value with about four digits, e.g. <c>0.6931</c>, <c>−12.35</c>, <c>2e−5</c>.</summary>
    public static string Of(double value)
    {
        var size = Math.Abs(value);
        var text = size switch
        {
            0 => "0",
            < Small or >= Large => Scientific(value, "0.##e+0"),
            >= 1000 => value.ToString("0", CultureInfo.InvariantCulture),
            >= 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
            >= 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
            _ => value.ToString("0.####", CultureInfo.InvariantCulture),
        };
        return WithMinus(text);
    }

    /// <summary>The label of a tick: all ticks of an axis have as many digits as their distance needs.</summary>
    public static string Tick(double value, double distance)
    {
        if (Math.Abs(value) < distance / 1e6)
            return "0";
        if (distance < Small || Math.Abs(value) >= Large)
            return WithMinus(Scientific(value, "0.#e+0"));
        var digits = Math.Max(0, -(int)Math.Floor(Math.Log10(distance) + 1e-9));
        return WithMinus(value.ToString("F" + digits, CultureInfo.InvariantCulture));
    }

    private static string Scientific(double value, string format) =>
        value.ToString(format, CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal);

    private static string WithMinus(string text) => text.Replace('-', '−');
}
