using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>Draws a chart as SVG. Colours are those of the page's style, by class.</summary>
internal sealed class ChartDrawing
{
    private const double Width = 440;
    private const double Height = 216;
    private const double Left = 60;
    private const double Right = 10;
    private const double Top = 12;
    private const double Bottom = 26;
    private const int MostBuckets = 200;

    // Fewer steps than this are drawn as they are; more have a smoothed curve over the raw one.
    private const int FewSteps = 40;
    private const int PartOfSmoothing = 30;

    private readonly Chart _chart;
    private readonly Axis _steps;
    private readonly Axis _values;

    private ChartDrawing(Chart chart, int lastStep)
    {
        _chart = chart;
        var all = chart.Curves.SelectMany(curve => curve.All).ToArray();
        _steps = Axis.OfSteps(lastStep);
        double[] shown = [.. all.Select(value => value.Value), .. chart.Lines.Select(line => line.Value)];
        _values = chart.Scale == ChartScale.Share ? Axis.OfShares() : Axis.Over(shown, chart.Scale == ChartScale.MayBeLogarithmic);
    }

    /// <summary>The picture.</summary>
    /// <param name="chart">What to draw.</param>
    /// <param name="lastStep">The step at which the stage ends, or where it is if that is later.</param>
    public static Markup Draw(Chart chart, int lastStep)
    {
        var drawing = new ChartDrawing(chart, lastStep);
        return Markup.Of(
            $"""
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{chart.Title} over steps">
            {drawing.Grid()}{drawing.Lines()}{drawing.Curves()}</svg>
            """);
    }

    private double X(double step) => Left + (_steps.PlaceOf(step) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (Math.Clamp(_values.PlaceOf(value), 0, 1) * (Height - Bottom - Top));

    private Markup Grid() => Markup.Join(
    [
        .. _values.Ticks.Select(tick => Markup.Of(
            $"""
            <path class="grid" d="M{Left} {Y(tick.Value)}H{Width - Right}"/>
            <text class="tick" x="{Left - 7}" y="{Y(tick.Value) + 4}" text-anchor="end">{tick.Label}</text>

            """)),
        .. _steps.Ticks.Select(tick => Markup.Of(
            $"""
            <path class="axis" d="M{X(tick.Value)} {Height - Bottom}v4"/>
            <text class="tick" x="{X(tick.Value)}" y="{Height - 7}" text-anchor="middle">{tick.Label}</text>

            """)),
        Markup.Of($"""<path class="axis" d="M{Left} {Height - Bottom}H{Width - Right}"/>"""),
    ]);

    private Markup Lines() => Markup.Join(_chart.Lines.Select(line => Markup.Of(
        $"""
        <path class="line {ColorOf(line)}" d="M{Left} {Y(line.Value)}H{Width - Right}"/>
        <text class="tag" x="{Width - Right - 2}" y="{Y(line.Value) - 4}" text-anchor="end">{line.Label}</text>

        """)));

    private static string ColorOf(ReferenceLine line) => line.Curve is { } curve ? Color(curve) : "";

    private Markup Curves() => Markup.Join(_chart.Curves.Select((curve, index) =>
        Markup.Of($"{Training(curve, Color(index))}{Evaluation(curve, Color(index))}")));

    private Markup Training(Curve curve, string color)
    {
        var raw = curve.Training;
        if (raw.Count <= FewSteps)
            return Path(raw, $"curve {color}");
        var smooth = CurvePoints.Smooth(raw, raw.Count / PartOfSmoothing);
        return Markup.Join(
            [Path(CurvePoints.Thin(raw, MostBuckets), $"raw {color}"), Path(CurvePoints.Thin(smooth, MostBuckets), $"curve {color}")]);
    }

    private Markup Evaluation(Curve curve, string color) => Markup.Join(
    [
        Path(curve.Evaluation, $"between {color}"),
        .. curve.Evaluation.Select(value => Markup.Of(
            $"""
            <circle class="point {color}" cx="{X(value.Step)}" cy="{Y(value.Value)}" r="3.6">
            <title>{curve.Name}, step {value.Step}: {NumberText.Of(value.Value)}</title></circle>

            """)),
    ]);

    private Markup Path(IReadOnlyList<StepValue> points, string style) => points.Count == 0
        ? Markup.None
        : Markup.Of($"""<path class="{style}" d="M{string.Join('L', points.Select(Place))}"/>""");

    private string Place(StepValue value) => string.Create(CultureInfo.InvariantCulture, $"{X(value.Step):0.##} {Y(value.Value):0.##}");

    private static string Color(int curve) => string.Create(CultureInfo.InvariantCulture, $"c{curve}");
}
