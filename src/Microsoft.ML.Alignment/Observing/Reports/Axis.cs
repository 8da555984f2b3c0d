namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>An axis with ticks at round numbers.</summary>
/// <param name="Least">The value at its beginning.</param>
/// <param name="Most">The value at its end.</param>
/// <param name="Ticks">Where it has labels.</param>
/// <param name="IsLogarithmic">Whether equal distances are equal ratios.</param>
internal sealed record Axis(double Least, double Most, IReadOnlyList<Tick> Ticks, bool IsLogarithmic = false)
{
    private const int WantedTicks = 5;

    // A curve that spans more than this is a line at the bottom with a peak on a plain axis.
    private const double LogarithmicSpan = 50;

    /// <summary>Where a value lies: 0 is the beginning of the axis, 1 its end.</summary>
    public double PlaceOf(double value) => IsLogarithmic
        ? (Math.Log10(Math.Max(value, Least)) - Math.Log10(Least)) / (Math.Log10(Most) - Math.Log10(Least))
        : (value - Least) / (Most - Least);

    /// <summary>An axis over values, with some room around them that ends at ticks.</summary>
    public static Axis Over(IReadOnlyCollection<double> values, bool mayBeLogarithmic = false)
    {
        var (least, most) = values.Count == 0 ? (0, 1) : (values.Min(), values.Max());
        if (mayBeLogarithmic && least > 0 && most / least > LogarithmicSpan)
            return Decades(least, most);
        if (most - least < 1e-12 * Math.Max(1, Math.Abs(most)))
            (least, most) = (least - Math.Max(Math.Abs(least) * 0.1, 1e-9), most + Math.Max(Math.Abs(most) * 0.1, 1e-9));
        var distance = RoundDistance((most - least) / WantedTicks);
        return Between(Math.Floor((least / distance) + 1e-9) * distance, Math.Ceiling((most / distance) - 1e-9) * distance, distance);
    }

    /// <summary>The axis of steps: whole numbers, from 0 to the last step exactly.</summary>
    public static Axis OfSteps(int last)
    {
        last = Math.Max(last, 1);
        return Between(0, last, Math.Max(1, RoundDistance(last / (double)WantedTicks)));
    }

    /// <summary>The axis of shares, from 0 to 1.</summary>
    public static Axis OfShares() => Between(0, 1, 0.2);

    private static Axis Between(double least, double most, double distance)
    {
        var first = (long)Math.Ceiling((least / distance) - 1e-9);
        var count = (int)((long)Math.Floor((most / distance) + 1e-9) - first) + 1;
        var values = Enumerable.Range(0, count).Select(i => (first + i) * distance);
        return new(least, most, [.. values.Select(value => new Tick(value, NumberText.Tick(value, distance)))]);
    }

    private static Axis Decades(double least, double most)
    {
        var (first, last) = ((int)Math.Floor(Math.Log10(least)), (int)Math.Ceiling(Math.Log10(most)));
        var ticks = Enumerable.Range(first, last - first + 1).Select(power => Math.Pow(10, power));
        return new(
            Math.Pow(10, first), Math.Pow(10, last), [.. ticks.Select(value => new Tick(value, NumberText.Of(value)))],
            IsLogarithmic: true);
    }

    // 1, 2 or 5 times a power of ten, not below the wanted distance.
    private static double RoundDistance(double wanted)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(wanted)));
        return power * ((wanted / power) switch { <= 1 + 1e-9 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}

/// <summary>A mark on an axis.</summary>
internal readonly record struct Tick(double Value, string Label);
