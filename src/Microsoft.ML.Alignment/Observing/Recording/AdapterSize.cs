namespace Microsoft.ML.Alignment.Observing.Recording;

/// <summary>How far an adapter is from where it began.</summary>
internal static class AdapterSize
{
    /// <summary>The largest absolute entry of the matrices B that train; null if none does.</summary>
    public static double? LargestB(LanguageModel policy)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] largest =
        [
            .. from adapter in policy.Adapters
               from update in adapter.Updates.Values
               where update.B.requires_grad
               select update.B.abs().max(),
        ];
        return largest.Length == 0 ? null : stack(largest).max().to(float64).item<double>();
    }
}
