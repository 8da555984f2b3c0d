using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Samples.Constitutional;

/// <summary>What the stages of feedback made, read from the fitted pipeline, which replays it.</summary>
/// <param name="Revised">What SFT learned from.</param>
/// <param name="Judged">What DPO learned from.</param>
internal sealed record ConstitutionData(IReadOnlyList<RevisedRow> Revised, IReadOnlyList<JudgedRow> Judged)
{
    public static ConstitutionData Of(Lesson lesson, TransformerChain<PolicyTransformer> fitted)
    {
        FeedbackTransformer[] stages = [.. fitted.OfType<FeedbackTransformer>()];
        var revised = stages[1].Transform(stages[0].Transform(lesson.Prompts));
        var judged = stages[3].Transform(stages[2].Transform(revised));
        return new(Rows<RevisedRow>(lesson.ML, revised), Rows<JudgedRow>(lesson.ML, judged));
    }

    private static List<T> Rows<T>(MLContext ml, IDataView view)
        where T : class, new() => [.. ml.Data.CreateEnumerable<T>(view, reuseRowObject: false)];
}

/// <summary>An answer that was criticised and rewritten.</summary>
internal sealed class RevisedRow
{
    public string Prompt { get; set; } = "";

    /// <summary>The last revision.</summary>
    public string Completion { get; set; } = "";

    /// <summary>The answer as it was.</summary>
    public string Rejected { get; set; } = "";

    public string Critique { get; set; } = "";

    public string Principles { get; set; } = "";
}

/// <summary>A pair of answers that was judged.</summary>
internal sealed class JudgedRow
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";

    public float ChosenProbability { get; set; }

    public string JudgePrinciples { get; set; } = "";

    public string JudgeRationale { get; set; } = "";
}
