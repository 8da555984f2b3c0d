using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>A stage on the page: advice, key figures, curves, answers, options and data.</summary>
internal static class RunSection
{
    private static readonly string[] KeyFigures =
    [
        MetricNames.Loss, MetricNames.Accuracy, MetricNames.RewardModelAccuracy, MetricNames.Margin, MetricNames.RewardModelMargin,
        MetricNames.TokenAccuracy, .. MetricNames.Divergences,
    ];

    /// <summary>The section of a stage.</summary>
    public static Markup Of(RunReport stage, int index) => Markup.Of(
        $"""
        <section id="stage-{index + 1}">
        <h2>{index + 1} · {stage.Facts.Method}<small>{Progress(stage)}</small></h2>
        {Advice(stage.Advice)}
        <dl class="figures">{Figures(stage.History)}{Speed(stage.Facts)}</dl>
        <div class="charts">{Markup.Join(ChartPlan.Of(stage.History).Select(chart => Picture(chart, stage)))}</div>
        {AnswerTable.Of(stage)}
        {CompletionTable.Of(stage)}
        {Figures(stage.Facts.Figures)}
        {Table("Options", stage.Facts.Options)}
        {Table("Data", stage.Facts.Data)}
        </section>

        """);

    /// <summary>How far a stage is, in words.</summary>
    public static string Progress(RunReport stage) => stage.Facts switch
    {
        { Ended: { } ended, TotalSteps: 0 } => ended,
        { Ended: null } facts => $"at step {stage.History.LastStep} of {facts.TotalSteps}",
        { WeightsOfStep: { } best } facts when best != stage.History.LastStep =>
            $"{facts.Ended}, step {stage.History.LastStep}, with the weights of step {best}",
        var facts => $"{facts.Ended}, {stage.History.LastStep} of {facts.TotalSteps} steps",
    };

    private static Markup Advice(IReadOnlyList<HealthAdvice> advice) => advice.Count == 0
        ? Markup.Of($"""<p class="healthy">Nothing looks wrong.</p>""")
        : Markup.Of($"""<ul class="advice">{Markup.Join(advice.Select(Item))}</ul>""");

    private static Markup Item(HealthAdvice advice) => Markup.Of($"<li><strong>{advice.Finding}</strong> {advice.Advice}</li>");

    private static Markup Figures(RunHistory history) =>
        Markup.Join(KeyFigures.Where(history.Names.Contains).Select(name => Figure(name, history)));

    private static Markup Figure(string name, RunHistory history)
    {
        var (training, evaluation) = (history.Training(name), history.Evaluation(name));
        var (values, source) = evaluation.Count > 0 ? (evaluation, "validation") : (training, "training");
        if (values.Count == 0)
            return Markup.None;
        return Markup.Of(
            $"""
            <div><dt>{name}</dt><dd>{NumberText.Of(values[^1].Value)}</dd>
            <dd class="quiet">{source}, from {NumberText.Of(values[0].Value)}</dd></div>

            """);
    }

    private static Markup Speed(RunFacts facts) => Markup.Join([
        Speed("tokens/s trained", facts.TrainedTokensPerSecond, "of optimizer steps"),
        Speed("tokens/s sampled", facts.SampledTokensPerSecond, "of sampling")]);

    private static Markup Speed(string name, double? rate, string time) => rate is not { } tokens
        ? Markup.None
        : Markup.Of(
            $"""
            <div><dt>{name}</dt><dd>{NumberText.Of(tokens)}</dd>
            <dd class="quiet">in a second {time}</dd></div>

            """);

    private static Markup Picture(Chart chart, RunReport stage) => Markup.Of(
        $"""
        <figure>
        <figcaption><b>{chart.Title}</b>{Markup.Join(chart.Curves.Select((curve, index) => Legend(chart, curve, index)))}</figcaption>
        {ChartDrawing.Draw(chart, stage.Facts.Ended is null ? stage.Facts.TotalSteps : stage.History.LastStep)}
        </figure>

        """);

    private static Markup Legend(Chart chart, Curve curve, int index)
    {
        var (training, evaluation) = chart.Curves.Count > 1 ? (curve.Name, "") : ("train", "eval");
        return Markup.Of(
            $"""<span class="key">{Key("stroke", index, training, curve.Training)} {Key("dot", index, evaluation, curve.Evaluation)}</span>""");
    }

    private static Markup Key(string shape, int color, string label, IReadOnlyList<StepValue> values) => values.Count == 0
        ? Markup.None
        : Markup.Of($"""<i class="{shape} k{color}"></i>{label} <data>{NumberText.Of(values[^1].Value)}</data>""");

    private static Markup Table(string title, IReadOnlyDictionary<string, string> rows) => rows.Count == 0
        ? Markup.None
        : Markup.Of(
            $"""
            <details><summary>{title}</summary><table>{Markup.Join(rows.Select(Row))}</table></details>

            """);

    private static Markup Figures(IReadOnlyDictionary<string, string> rows) => rows.Count == 0
        ? Markup.None
        : Markup.Of(
            $"""
            <table>{Markup.Join(rows.Select(Row))}</table>

            """);

    private static Markup Row(KeyValuePair<string, string> row) => Markup.Of($"<tr><th>{row.Key}</th><td>{row.Value}</td></tr>");
}
