using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What a fitted stage computes on one input schema. Stateless: any number of cursors use it at once.</summary>
internal abstract class RowScorer
{
    /// <summary>The rows that a cursor looks ahead and scores together.</summary>
    public const int BatchSize = 32;

    /// <summary>Gets the columns; where the stage has a model, the first one carries it.</summary>
    public abstract IReadOnlyList<ScoreColumn> Outputs { get; }

    /// <summary>Gets the annotation of the first column; null, the default, where it carries nothing.</summary>
    public virtual DataViewSchema.Annotations? Annotations => null;

    /// <summary>
    /// Gets the text columns by which a row is left out or becomes several. They are read whatever is asked for, so that views agree on their
    /// rows. Empty, the default, where each row gives one.
    /// </summary>
    public virtual IReadOnlyList<string> RowInputs => [];

    /// <summary>Gets whether rows may be left out, or become several.</summary>
    public bool ChangesRows => RowInputs.Count > 0;

    /// <summary>Begins to score. The session shares the models, so that it outlives the transformer.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public abstract ScoringSession Open();
}

/// <summary>Scores the rows of one cursor or prediction engine.</summary>
internal abstract class ScoringSession : IDisposable
{
    /// <summary>Computes the columns that the batch asks for; the models stay meanwhile, though another thread disposes the session.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public abstract void Run(ScoreBatch batch);

    public abstract void Dispose();
}
