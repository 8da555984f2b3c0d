namespace Microsoft.ML.Alignment;

/// <summary>A fold of a cross-validation could not be fitted or measured; what was done before it is kept.</summary>
/// <typeparam name="TMetrics">What is measured.</typeparam>
public sealed class CrossValidationException<TMetrics> : Exception
{
    internal CrossValidationException(IReadOnlyList<CrossValidationFold<TMetrics>> folds, ITransformer? model, Exception inner)
        : base($"Fold {folds.Count} {(model is null ? "was not fitted" : "was fitted, but not measured")}: {inner.Message} "
            + $"The {folds.Count} folds before it are in {nameof(Folds)}.", inner) => (Folds, UnmeasuredModel) = (folds, model);

    /// <summary>Gets the folds that were fitted and measured, which the catcher disposes.</summary>
    public IReadOnlyList<CrossValidationFold<TMetrics>> Folds { get; }

    /// <summary>Gets what was fitted for the fold that failed, which the catcher disposes; null if it was not fitted.</summary>
    public ITransformer? UnmeasuredModel { get; }
}
