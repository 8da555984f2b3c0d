namespace Microsoft.ML.Alignment;

/// <summary>What of a model is left after its adapters were merged and its weights rounded to the type in which they were saved.</summary>
/// <param name="Divergence">
/// KL(model ‖ saved model) of a completion, the mean over the rows in nats. 0 but for rounding if everything was saved.
/// </param>
/// <param name="DivergenceWithoutAdapters">
/// KL(model ‖ the same without its adapters): what the first is where nothing of them was saved.
/// </param>
public sealed record SavedModelReport(IntervalEstimate Divergence, IntervalEstimate DivergenceWithoutAdapters)
{
    /// <summary>
    /// Gets how much of what the adapters changed is lost: the first divergence over the second. 0 if everything was saved, 1 if nothing;
    /// NaN for a model whose adapters change nothing, or without adapters.
    /// </summary>
    public double LostShare => Divergence.Value / DivergenceWithoutAdapters.Value;
}
