using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Scores with the models of a stage.</summary>
/// <param name="stage">The stage; borrowed.</param>
/// <param name="kind">The annotation under which the first column carries the model.</param>
/// <param name="outputs">The columns.</param>
internal abstract class ModelScorer(FittedStage stage, string kind, IReadOnlyList<ScoreColumn> outputs) : RowScorer
{
    public override IReadOnlyList<ScoreColumn> Outputs => outputs;

    public override DataViewSchema.Annotations Annotations => AlignmentSchema.Annotation(kind, stage.Model);

    public override ScoringSession Open()
    {
        var held = stage.Share();
        try
        {
            return Open(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Begins to score with a share of the stage, which the session disposes.</summary>
    protected abstract ScoringSession Open(FittedStage held);
}
