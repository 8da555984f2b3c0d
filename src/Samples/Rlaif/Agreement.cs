using Microsoft.ML.Alignment;
using Samples.Verbs;

namespace Samples.Rlaif;

/// <summary>
/// Whom a policy follows on verbs that nobody trained it on: of the right form and the wrong one, which does the judge prefer, and which is
/// more probable to the policy? A policy that merely copied its judge would agree with it more than with the truth.
/// </summary>
/// <param name="Judged">Verbs on which the judge has an opinion.</param>
/// <param name="JudgeRight">Those on which it is right.</param>
/// <param name="WithJudge">Those on which the policy agrees with it.</param>
/// <param name="WithTruth">Those on which the policy prefers the right form.</param>
/// <param name="RightWhereJudgeIsWrong">Verbs on which the judge is wrong and the policy is not.</param>
/// <param name="Silent">Verbs on which the judge has no opinion.</param>
/// <param name="RightWhereSilent">Those of them on which the policy prefers the right form.</param>
internal sealed record Agreement(
    int Judged, int JudgeRight, int WithJudge, int WithTruth, int RightWhereJudgeIsWrong, int Silent, int RightWhereSilent)
{
    /// <summary>Verbs on which the judge is wrong.</summary>
    public int JudgeWrong => Judged - JudgeRight;

    /// <summary>Adds the counts of several seeds.</summary>
    public static Agreement operator +(Agreement a, Agreement b) => new(
        a.Judged + b.Judged, a.JudgeRight + b.JudgeRight, a.WithJudge + b.WithJudge, a.WithTruth + b.WithTruth,
        a.RightWhereJudgeIsWrong + b.RightWhereJudgeIsWrong, a.Silent + b.Silent, a.RightWhereSilent + b.RightWhereSilent);

    /// <summary>Compares policies with a judge and with the truth.</summary>
    /// <param name="lesson">Its test verbs are asked about, in the first wording.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="policies">The policies.</param>
    /// <returns>An agreement a policy.</returns>
    public static IReadOnlyList<Agreement> Of(Lesson lesson, IPreferenceJudge judge, params IReadOnlyList<PolicyTransformer> policies)
    {
        using var session = new FeedbackSession();
        PreferenceOutcome? Judged(Verb verb) => judge.CompareAsync(
            new(Wording.Test.Ask(verb), Wording.Test.Say(verb, verb.Past), Wording.Test.Say(verb, verb.Wrong)), session).GetAwaiter().GetResult().Preference;
        var outcomes = lesson.TestVerbs.Select(Judged).ToList();
        return [.. policies.Select(policy => Of(outcomes, PrefersPast(lesson, policy)))];
    }

    private static Agreement Of(List<PreferenceOutcome?> judge, IReadOnlyList<bool> prefersPast)
    {
        var both = judge.Zip(prefersPast, (verdict, isRight) => (verdict, isRight)).ToList();
        var judged = both.Where(one => one.verdict is PreferenceOutcome.First or PreferenceOutcome.Second)
            .Select(one => (JudgeIsRight: one.verdict == PreferenceOutcome.First, one.isRight)).ToList();
        return new(
            judged.Count,
            judged.Count(one => one.JudgeIsRight),
            judged.Count(one => one.JudgeIsRight == one.isRight),
            judged.Count(one => one.isRight),
            judged.Count(one => one is (false, true)),
            both.Count - judged.Count,
            both.Count(one => one.isRight) - judged.Count(one => one.isRight));
    }

    private static List<bool> PrefersPast(Lesson lesson, PolicyTransformer policy)
    {
        List<double> LogProbs(Func<Verb, string> form) =>
        [
            .. policy.Model.ScoreCompletions(lesson.ML.Data.LoadFromEnumerable(
                lesson.TestVerbs.Select(verb => new Instruction(Wording.Test.Ask(verb), Wording.Test.Say(verb, form(verb)))))).Select(one => one.Sum),
        ];
        return [.. LogProbs(verb => verb.Past).Zip(LogProbs(verb => verb.Wrong), (past, wrong) => past > wrong)];
    }
}
