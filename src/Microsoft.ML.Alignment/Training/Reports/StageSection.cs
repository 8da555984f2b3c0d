using Microsoft.ML.Alignment.Training.Health;
using Microsoft.ML.Alignment.Training.Metrics;

namespace Microsoft.ML.Alignment.Training.Reports;

/// <summary>A stage on the page: advice, key figures, curves, answers, options and data.</summary>
internal static class StageSection
{
    private static readonly string[] KeyFigures =
    [
        MetricNames.Loss, MetricNames.Accuracy, MetricNames.RewardModelAccuracy, MetricNames.Margin, MetricNames.RewardModelMargin,
        MetricNames.TokenAccuracy, .. MetricNames.Divergences,
    ];

    /// <summary>The section of a stage.</summary>
    public static Markup Of(StageReport stage, int index) => Markup.Of(
        $"""
        <section id="stage-{index + 1}">
        <h2>{index + 1} · {stage.Facts.Method}<small>{Progress(stage)}</small></h2>
        {Advice(stage.Advice)}
        <dl class="figures">{Markup.Join(KeyFigures.Where(stage.History.Names.Contains).Select(name => Figure(name, stage.History)))}</dl>
        <div class="charts">{Markup.Join(ChartPlan.Of(stage.History).Select(chart => Picture(chart, stage)))}</div>
        {AnswerTable.Of(stage)}
        {Table("Options", stage.Facts.Options)}
        {Table("Data", stage.Facts.Data)}
        </section>

        """);

    /// <summary>How far a stage is, in words.</summary>
    public static string Progress(StageReport stage) => stage.Facts switch
    {
        { Ended: null } facts => $"at step {stage.History.LastStep} of {facts.TotalSteps}",
        { WeightsOfStep: { } best } facts when best != stage.History.LastStep => $"{facts.Ended}, step {stage.History.LastStep}, with the weights of step {best}",
        var facts => $"{facts.Ended}, {stage.History.LastStep} of {facts.TotalSteps} steps",
    };

    private static Markup Advice(IReadOnlyList<HealthAdvice> advice) => advice.Count == 0
        ? Markup.Of($"""<p class="healthy">Nothing looks wrong.</p>""")
        : Markup.Of($"""<ul class="advice">{Markup.Join(advice.Select(a => Markup.Of($"<li><strong>{a.Finding}</strong> {a.Advice}</li>")))}</ul>""");

    private static Markup Figure(string name, StageHistory history)
    {
        var (training, evaluation) = (history.Training(name), history.Evaluation(name));
        var (first, last, source) = evaluation.Count > 0 ? (evaluation[0], evaluation[^1], "validation") : (training[0], training[^1], "training");
        return Markup.Of(
            $"""<div><dt>{name}</dt><dd>{NumberText.Of(last.Value)}</dd><dd class="quiet">{source}, from {NumberText.Of(first.Value)}</dd></div>""");
    }

    private static Markup Picture(Chart chart, StageReport stage) => Markup.Of(
        $"""
        <figure>
        <figcaption><b>{chart.Title}</b>{Markup.Join(chart.Curves.Select((curve, index) => Legend(chart, curve, index)))}</figcaption>
        {ChartDrawing.Draw(chart, stage.Facts.Ended is null ? stage.Facts.TotalSteps : stage.History.LastStep)}
        </figure>

        """);

    private static Markup Legend(Chart chart, Curve curve, int index) => Markup.Of(
        $"""{Key("stroke", index, chart.Curves.Count > 1 ? curve.Name : "train", curve.Training)}{Key("dot", index, chart.Curves.Count > 1 ? "" : "eval", curve.Evaluation)}""");

    private static Markup Key(string shape, int color, string label, IReadOnlyList<StepValue> values) => values.Count == 0
        ? Markup.None
        : Markup.Of($"""<span class="key"><i class="{shape} k{color}"></i>{label} <data>{NumberText.Of(values[^1].Value)}</data></span>""");

    private static Markup Table(string title, IReadOnlyDictionary<string, string> rows) => rows.Count == 0
        ? Markup.None
        : Markup.Of(
            $"""
            <details><summary>{title}</summary><table>{Markup.Join(rows.Select(row => Markup.Of($"<tr><th>{row.Key}</th><td>{row.Value}</td></tr>")))}</table></details>

            """);
}
