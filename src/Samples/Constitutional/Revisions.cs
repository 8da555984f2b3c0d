using Samples.Verbs;

namespace Samples.Constitutional;

/// <summary>Revisions compared with the truth, which the critic did not have.</summary>
/// <param name="Answers">All of them.</param>
/// <param name="RightBefore">Answers that were right as the model wrote them.</param>
/// <param name="RightAfter">Those that are right as they were rewritten.</param>
/// <param name="Changed">Those that were changed.</param>
/// <param name="Mended">Wrong ones that became right.</param>
/// <param name="Spoiled">Right ones that became wrong.</param>
internal sealed record Revisions(int Answers, int RightBefore, int RightAfter, int Changed, int Mended, int Spoiled)
{
    /// <summary>The verb that a prompt asks for.</summary>
    public static IReadOnlyDictionary<string, Verb> VerbsOf(Lesson lesson) =>
        (from verb in lesson.TrainVerbs from wording in Wording.Training select (wording.Ask(verb), verb)).ToDictionary();

    public static Revisions Of(Lesson lesson, IReadOnlyList<RevisedRow> rows)
    {
        var verbs = VerbsOf(lesson);
        bool IsRight(string prompt, string answer) => AnswerScoring.Score(verbs[prompt], answer) == Said.Right;
        var both = rows.Select(row => (Before: IsRight(row.Prompt, row.Rejected), After: IsRight(row.Prompt, row.Completion))).ToList();
        return new(
            rows.Count, both.Count(row => row.Before), both.Count(row => row.After), rows.Count(row => row.Completion != row.Rejected),
            both.Count(row => row is (false, true)), both.Count(row => row is (true, false)));
    }
}
