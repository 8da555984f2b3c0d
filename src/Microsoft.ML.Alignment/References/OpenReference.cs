using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.References;

/// <summary>The reference of a stage while it trains.</summary>
/// <param name="Model">The model; this one's handle.</param>
internal sealed record OpenReference(LanguageModel Model) : IDisposable
{
    /// <summary>Gets what changes the model while the policy trains; none where it stands still.</summary>
    public IReadOnlyList<ITrainingState> State { get; init; } = [];

    /// <summary>Gets whether the model stands still.</summary>
    public bool StandsStill => State.Count == 0;

    /// <summary>Gets whether its scores of the training rows are computed before training.</summary>
    public bool Precomputes { get; init; }

    /// <summary>Gets what keeps these scores; null for nothing.</summary>
    public ScoreCache? Cache { get; init; }

    /// <summary>
    /// The training rows, with the reference's scores where these are computed before training: when the first row is read.
    /// </summary>
    /// <param name="store">The rows.</param>
    /// <param name="plan">How training deals them out.</param>
    /// <param name="scores">What is computed of them.</param>
    /// <param name="context">Whom to tell, and when to stop.</param>
    public IExampleStore Prepare(IExampleStore store, BatchPlan plan, IReferenceScores scores, TrainingContext context)
    {
        if (!Precomputes)
            return store;
        var table = new Lazy<ScoreTable>(() => Table(store, plan, scores, context));
        return new ScoredStore(store, index => table.Value.Of(index));
    }

    public void Dispose() => Model.Dispose();

    private ScoreTable Table(IExampleStore store, BatchPlan plan, IReferenceScores scores, TrainingContext context)
    {
        if (Cache is null)
            return ScoreTable.Compute(store, plan, scores, context.Run.CancellationToken);
        var key = ScoreKey.Of(Model, store, plan, scores.ScoreKind);
        var path = Cache.PathOf(key);
        if (Cache.Read(key) is { } kept)
        {
            context.Log($"{context.Stage}: the reference's log-probabilities of {store.Count} rows are read from '{path}'");
            return kept;
        }

        var table = ScoreTable.Compute(store, plan, scores, context.Run.CancellationToken);
        Cache.Write(key, table);
        context.Log($"{context.Stage}: the reference's log-probabilities of {store.Count} rows were computed and are kept in '{path}'");
        return table;
    }
}
