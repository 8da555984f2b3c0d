using ScottPlot;

namespace Samples.Rlhf;

/// <summary>A part of a picture: lines over one axis.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Across">What the axis says.</param>
/// <param name="Curves">The lines.</param>
internal sealed record Panel(string Title, string Across, IReadOnlyList<Curve> Curves)
{
    /// <summary>A dashed line across with its name; null draws none.</summary>
    public (string Name, double Y)? Mark { get; init; }

    /// <summary>Whether the axis counts in powers of ten.</summary>
    public bool LogarithmicAcross { get; init; }

    /// <summary>Whether values do.</summary>
    public bool LogarithmicUp { get; init; }

    /// <summary>Whether places have names, which the axis shows in place of numbers.</summary>
    public IReadOnlyList<string>? Places { get; init; }

    /// <summary>Whether the names of the curves stand beside the panel, where many lines leave no room within.</summary>
    public bool HasNamesBeside { get; init; }

    /// <summary>The corner that no line goes through, for the legend.</summary>
    public Alignment Legend { get; init; } = Alignment.LowerRight;

    // A logarithm of nothing is nowhere.
    private const double Least = 1e-3;
    private const int MostNamedPlaces = 6;

    public void Draw(Plot plot)
    {
        var palette = new ScottPlot.Palettes.Category10();
        for (var i = 0; i < Curves.Count; i++)
        {
            double[] across = [.. Curves[i].Points.Select(point => LogarithmicAcross ? Logarithm(point.X) : point.X)];
            double[] up = [.. Curves[i].Points.Select(point => LogarithmicUp ? Logarithm(point.Y) : point.Y)];
            var line = plot.Add.Scatter(across, up, palette.GetColor(i));
            (line.LegendText, line.LineWidth) = (Curves[i].Name, Places is null && Curves[i].IsJoined ? 2 : 0);
            (line.MarkerShape, line.MarkerSize, line.MarkerLineWidth) = (Curves[i].Mark, Curves[i].IsJoined ? 7 : 9, 1.5f);
        }

        if (Mark is { } mark)
        {
            var line = plot.Add.HorizontalLine(mark.Y, 1.5f, Colors.Gray, LinePattern.Dashed);
            line.LegendText = mark.Name;
        }

        SetTicks(plot);
        plot.Title(Title, size: 15);
        plot.XLabel(Across);
        if (Curves.Count > 1 || Mark is not null)
            Name(plot);
    }

    private void Name(Plot plot)
    {
        if (HasNamesBeside)
            plot.ShowLegend(Edge.Right);
        else
            plot.ShowLegend(Legend);
    }

    private void SetTicks(Plot plot)
    {
        if (Places is { } places)
        {
            plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. places.Select((_, i) => (double)i)], [.. places]);
            plot.Axes.SetLimitsX(-0.5, places.Count - 0.5);
        }
        else if (LogarithmicAcross)
        {
            plot.Axes.Bottom.TickGenerator = Ticks(point => point.X);
        }

        if (LogarithmicUp)
            plot.Axes.Left.TickGenerator = Ticks(point => point.Y);
    }

    // The values themselves where they are few, else powers of ten.
    private ScottPlot.TickGenerators.NumericManual Ticks(Func<(double X, double Y), double> value)
    {
        double[] logarithms = [.. Curves.SelectMany(curve => curve.Points).Select(point => Logarithm(value(point))).Distinct().Order()];
        if (logarithms.Length > MostNamedPlaces)
            logarithms = [.. Enumerable.Range((int)Math.Floor(logarithms[0]), 1 + (int)(Math.Ceiling(logarithms[^1]) - Math.Floor(logarithms[0]))).Select(power => (double)power)];
        return new(logarithms, [.. logarithms.Select(at => $"{Math.Pow(10, at):0.###}")]);
    }

    private static double Logarithm(double value) => Math.Log10(Math.Max(value, Least));
}
