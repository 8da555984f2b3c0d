using Microsoft.ML.Alignment;
using Samples.Rlaif;
using Samples.Verbs;

namespace Samples.Constitutional;

/// <summary>What came of one pipeline.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Measured">Which verbs were measured; none of them was trained on.</param>
/// <param name="Base">The model that came.</param>
/// <param name="Sft">The model that learned the revisions.</param>
/// <param name="Dpo">The model that learned from the judge as well.</param>
/// <param name="Revisions">What the revisions are worth.</param>
/// <param name="Labels">What the pairs are worth.</param>
internal sealed record ConstitutionRun(
    int Seed, string Measured, DrillScores Base, DrillScores Sft, DrillScores Dpo, Revisions Revisions, Labels Labels)
{
    /// <summary>Names of the policies.</summary>
    public static IReadOnlyList<string> Names { get; } = ["base model", "SFT", "DPO"];

    public IReadOnlyList<DrillScores> Scores => [Base, Sft, Dpo];

    /// <summary>Runs the pipeline, shows its transcript and measures it.</summary>
    public static ConstitutionRun Of(RlaifCommand command, int seed, CancellationToken stop)
    {
        using var lesson = new Lesson(command.Lesson with { Seed = seed }, stop, command.WorkspacePath);
        using var judge = ChosenJudge.Open(command, seed);
        using var fitted = ConstitutionPipeline.Fit(lesson, judge, command);
        PolicyTransformer[] policies = [.. fitted.OfType<PolicyTransformer>()];
        var data = ConstitutionData.Of(lesson, fitted);
        Transcript.Write(lesson, data, [("after SFT", policies[1]), ("after DPO", policies[2])]);
        return new(
            seed, lesson.Measured, lesson.Score(policies[0]), lesson.Score(policies[1]), lesson.Score(policies[2]),
            Revisions.Of(lesson, data.Revised), Labels.Of(lesson, fitted));
    }
}
