using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Serving;

namespace Samples.Constitutional;

/// <summary>Shows what happened to three questions, step by step.</summary>
internal static class Transcript
{
    private const int Examples = 3;
    private const string Between = " | ";

    /// <summary>Prints it.</summary>
    /// <param name="lesson">Has the questions.</param>
    /// <param name="data">What was rewritten and judged.</param>
    /// <param name="policies">A name and a policy a stage.</param>
    public static void Write(Lesson lesson, ConstitutionData data, IReadOnlyList<(string Name, PolicyTransformer Policy)> policies)
    {
        var verbs = Revisions.VerbsOf(lesson);
        var pairs = data.Judged.ToLookup(row => row.Prompt);
        // Questions of which every step has something to show, a verb once.
        var shown = data.Revised.Where(row => row.Completion != row.Rejected)
            .OrderByDescending(row => pairs[row.Prompt].Any())
            .DistinctBy(row => verbs[row.Prompt])
            .Take(Examples).ToList();
        var answers = policies.Select(policy => (policy.Name, Said: Answers(lesson, policy.Policy, shown))).ToList();
        foreach (var (index, row) in shown.Index())
        {
            Console.WriteLine();
            Console.WriteLine(row.Prompt);
            Line("answer", row.Rejected);
            foreach (var (principle, critique) in Paired(row.Principles, row.Critique))
                Line("critique", $"{critique} [{principle}]");
            Line("revision", row.Completion);
            if (pairs[row.Prompt].FirstOrDefault() is { } pair)
                Write(pair);
            foreach (var (name, said) in answers)
                Line(name, said[index]);
        }
    }

    private static void Write(JudgedRow pair)
    {
        Line("pair", $"{Ask.OneLine(pair.Chosen)} / {Ask.OneLine(pair.Rejected)}");
        foreach (var (principle, reason) in Paired(pair.JudgePrinciples, pair.JudgeRationale))
            Line("judge", $"{reason} [{principle}]");
        Line("verdict", $"the first, with probability {pair.ChosenProbability:0.###}");
    }

    // Several reasons by one principle are those of both orders; the first is that of the pair as it was shown first.
    private static IEnumerable<(string Principle, string Said)> Paired(string principles, string said)
    {
        var (names, texts) = (principles.Split(", "), said.Split(Between));
        return texts.Length % names.Length == 0
            ? names.Zip(texts.Chunk(texts.Length / names.Length), (name, chunk) => (name, chunk[0]))
            : [(principles, said)];
    }

    private static void Line(string what, string text) => Console.WriteLine($"  {what,-12} {Ask.OneLine(text)}");

    private static List<string> Answers(Lesson lesson, PolicyTransformer policy, List<RevisedRow> rows)
    {
        var answered = policy.Transform(lesson.ML.Data.LoadFromEnumerable(rows.Select(row => new Verbs.Instruction(row.Prompt, ""))));
        return [.. lesson.ML.Data.CreateEnumerable<AnswerRow>(answered, reuseRowObject: false).Select(row => row.GeneratedCompletion)];
    }

    private sealed class AnswerRow
    {
        public string GeneratedCompletion { get; set; } = "";
    }
}
