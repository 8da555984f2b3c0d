using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>The picture of a run: one page that needs no other file and no network.</summary>
internal static class ReportPage
{
    private static readonly Lazy<Markup> Style = new(() => Resource("report.css"));
    private static readonly Lazy<Markup> Sorting = new(() => Resource("report.js"));

    /// <summary>The page.</summary>
    /// <param name="name">The run's name, of its workspace.</param>
    /// <param name="stages">The stages that have begun, in their order.</param>
    /// <param name="now">When it is written.</param>
    public static string Of(string name, IReadOnlyList<RunReport> stages, DateTimeOffset now) => Markup.Of(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>{name}: alignment run</title>
        <style>{Style.Value}</style>
        </head>
        <body>
        <header>
        <h1>{name}</h1>
        <p class="quiet">{StageCount(stages)} · written {Time(now)} UTC</p>
        <nav>{Markup.Join(stages.Select(Link))}</nav>
        </header>
        <main>
        {Markup.Join(stages.Select(RunSection.Of))}
        </main>
        {(stages.Any(stage => stage.Completions.Count > 0) ? Markup.Of($"<script>{Sorting.Value}</script>") : Markup.None)}
        </body>
        </html>

        """).ToString();

    private static string StageCount(IReadOnlyList<RunReport> stages) => stages.Count == 1 ? "1 stage" : $"{stages.Count} stages";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static Markup Link(RunReport stage, int index) =>
        Markup.Of($"""<a href="#stage-{index + 1}">{stage.Facts.Method}<small>{State(stage)}</small></a>""");

    private static string State(RunReport stage) =>
        stage.Advice.Count > 0 ? $"{stage.Advice.Count} to look at" : RunSection.Progress(stage);

    private static Markup Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(typeof(ReportPage), name)!;
        using var reader = new StreamReader(stream);
        return Markup.Trusted(reader.ReadToEnd());
    }
}
