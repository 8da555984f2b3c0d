namespace Microsoft.ML.Alignment;

/// <summary>One fold of a cross-validation: what was fitted without its rows, measured on them.</summary>
/// <typeparam name="TMetrics">What was measured.</typeparam>
/// <param name="Fold">Number of the fold, from 0.</param>
/// <param name="Model">The fitted pipeline; disposed with the fold.</param>
/// <param name="ScoredHoldOutSet">The rows kept out, through the pipeline; readable until the fold is disposed.</param>
/// <param name="Metrics">What was measured on them.</param>
public sealed record CrossValidationFold<TMetrics>(int Fold, ITransformer Model, IDataView ScoredHoldOutSet, TMetrics Metrics) : IDisposable
{
    /// <summary>Lets go of the fitted models.</summary>
    public void Dispose() => (Model as IDisposable)?.Dispose();
}
