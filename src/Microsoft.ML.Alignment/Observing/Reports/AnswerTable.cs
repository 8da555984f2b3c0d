using Microsoft.ML.Alignment.Observing.Samples;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>The answers to the fixed prompts before, during and after a stage, side by side.</summary>
internal static class AnswerTable
{
    private const int MostColumns = 4;

    /// <summary>The table of a stage; nothing if it has no answers.</summary>
    public static Markup Of(RunReport stage)
    {
        if (stage.Answers.Count == 0)
            return Markup.None;
        int[] steps = Shown([.. stage.Answers.Select(answer => answer.Step).Distinct()]);
        var prompts = stage.Answers.GroupBy(answer => answer.Prompt).Select(group => Prompt(group.Key, [.. group], steps, stage));
        return Markup.Of($"""<h3>Answers to the fixed prompts</h3>{Markup.Join(prompts)}""");
    }

    /// <summary>The first and the last step, and some between them.</summary>
    internal static int[] Shown(int[] steps) => steps.Length <= MostColumns
        ? steps
        : [.. Enumerable.Range(0, MostColumns).Select(i => steps[i * (steps.Length - 1) / (MostColumns - 1)])];

    private static Markup Prompt(string prompt, IReadOnlyList<KeptAnswer> answers, int[] steps, RunReport stage)
    {
        var before = answers[0].Answer;
        var columns = steps.Select(step => answers.LastOrDefault(answer => answer.Step == step)).OfType<KeptAnswer>();
        return Markup.Of(
            $"""
            <article><p class="prompt">{prompt}</p>
            <div class="answers">{Markup.Join(columns.Select(answer => Column(answer, before, stage)))}</div></article>

            """);
    }

    private static Markup Column(KeptAnswer answer, string before, RunReport stage) => Markup.Of(
        $"""<div><h4>{Heading(answer.Step, stage)}</h4><p>{Marked(before, answer.Answer)}{(answer.Ended ? "" : " …")}</p></div>""");

    private static string Heading(int step, RunReport stage) =>
        step == 0 ? "before" : step == stage.History.LastStep && stage.Facts.Ended is not null ? $"after, step {step}" : $"step {step}";

    private static Markup Marked(string before, string answer) =>
        Markup.Join(WordDifference.Of(before.Trim(), answer.Trim()).Select(Marked));

    private static Markup Marked(WordDifference.Piece piece)
    {
        var word = piece.Text.TrimStart();
        var space = piece.Text[..^word.Length];
        return piece.IsNew ? Markup.Of($"{space}<mark>{word}</mark>") : Markup.Of($"{piece.Text}");
    }
}
