using Microsoft.ML.Alignment;
using Samples.Verbs;

namespace Samples.Rlaif;

/// <summary>What came of one pipeline.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Measured">Which verbs were measured; none of them was trained on.</param>
/// <param name="Before">The model that came.</param>
/// <param name="After">The model that learned from the judge.</param>
/// <param name="Labels">What it learned from.</param>
/// <param name="AgreementBefore">Whom the model followed before; null where the judge is a person, who is not asked again.</param>
/// <param name="AgreementAfter">Whom it follows now.</param>
internal sealed record RlaifRun(
    int Seed, string Measured, DrillScores Before, DrillScores After, Labels Labels, Agreement? AgreementBefore, Agreement? AgreementAfter)
{
    /// <summary>What the accuracy on verbs of both kinds rose by, in points.</summary>
    public double Gain => 100 * (After.Accuracy - Before.Accuracy);

    /// <summary>Runs the pipeline and measures it.</summary>
    public static RlaifRun Of(RlaifCommand command, int seed, CancellationToken stop)
    {
        using var lesson = new Lesson(command.Lesson with { Seed = seed }, stop, command.WorkspacePath);
        using var judge = ChosenJudge.Open(command, seed);
        using var fitted = RlaifPipeline.Fit(lesson, judge.Judge, command.Completions);
        PolicyTransformer[] policies = [.. fitted.OfType<PolicyTransformer>()];
        var agreement = command.AsksPerson ? null : Agreement.Of(lesson, judge.Judge, policies);
        var (before, after) = (lesson.Score(policies[0]), lesson.Score(policies[1]));
        return new(seed, lesson.Measured, before, after, Labels.Of(lesson, fitted), agreement?[0], agreement?[1]);
    }
}
