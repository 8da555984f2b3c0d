using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What a fitted stage computes on one input schema. Stateless: any number of cursors use it at once.</summary>
internal abstract class ScoringKernel
{
    /// <summary>The rows that a cursor looks ahead and scores together.</summary>
    public const int BatchSize = 32;

    /// <summary>Gets the columns; the first one carries the model.</summary>
    public abstract IReadOnlyList<ScoreColumn> Outputs { get; }

    /// <summary>Gets the annotation of the first column.</summary>
    public abstract DataViewSchema.Annotations Annotations { get; }

    /// <summary>Begins to score. The session shares the models, so that it outlives the transformer.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public abstract ScoringSession Open();

    /// <summary>Opens a session that shares a stage's models.</summary>
    protected static ScoringSession Open(Stage stage, Func<Stage, ScoringSession> begin)
    {
        var held = stage.Share();
        try
        {
            return begin(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }
}

/// <summary>Scores the rows of one cursor or prediction engine.</summary>
internal abstract class ScoringSession : IDisposable
{
    /// <summary>Computes the columns that the batch asks for; the models stay meanwhile, though another thread disposes the session.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public abstract void Run(ScoreBatch batch);

    public abstract void Dispose();
}
