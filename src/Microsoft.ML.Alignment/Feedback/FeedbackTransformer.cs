using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(FeedbackTransformer), null, typeof(SignatureLoadModel), "Language model feedback", FeedbackTransformer.LoaderSignature)]

namespace Microsoft.ML.Alignment;

/// <summary>
/// A fitted stage of feedback. It carries no model: it replays what was written and judged while it was fitted, for the rows that it was fitted
/// on, known by their content. Whoever was asked then is not asked again.
/// </summary>
/// <remarks>
/// Rows that it was not fitted on pass with their own columns, and so do single rows of a prediction engine. Loaded from a file the stage
/// passes all rows: feedback is needed to train, and the model that was trained on it is in the stages behind.
/// </remarks>
public sealed class FeedbackTransformer : AlignmentTransformer
{
    internal const string LoaderSignature = "AlignmentFeedback";

    private readonly SavedTextStage _stage;
    private readonly FeedbackColumns? _columns;
    private readonly FeedbackRows _rows;

    internal FeedbackTransformer(IHostEnvironment environment, SavedTextStage stage, FeedbackColumns? columns, FeedbackRows rows)
        : base(environment.Register(nameof(FeedbackTransformer))) => (_stage, _columns, _rows) = (stage, columns, rows);

    /// <summary>Gets the method, e.g. <c>JudgePreferences</c>.</summary>
    public string Method => _stage.Method;

    /// <summary>Gets how many different rows it replays; 0 where it was loaded from a file.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Gets how far the judge of the stage can be trusted; null for a stage that compares nothing. It is saved with the stage.</summary>
    public JudgeQuality? Quality => _stage.Quality;

    /// <summary>Gets how requests went when the stage was fitted; null where it was loaded from a file.</summary>
    public FeedbackRequests? Requests { get; internal init; }

    private static VersionInfo Version => SavedStages.VersionInfo("ALGNFDBK", LoaderSignature);

    private protected override RowScorer CreateScorer(DataViewSchema input) => _columns is null
        ? new PassingScorer()
        : new ReplayScorer(_columns.Bound(name => AlignmentSchema.HasText(input, name)), _rows);

    // A prediction engine wants one row for one: where rows may be left out they all pass, as those do that were not labelled.
    private protected override RowScorer CreateRowScorer(DataViewSchema input) =>
        _columns is { ChangesRows: false } ? CreateScorer(input) : new PassingScorer();

    private protected override void SaveModel(ModelSaveContext ctx) => _stage.Save(Host, ctx, Version);

    // Found by ML.NET by its name and parameters.
    private static FeedbackTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, SavedTextStage.Load(env.Register(nameof(FeedbackTransformer)), ctx, Version), null, new());
}
