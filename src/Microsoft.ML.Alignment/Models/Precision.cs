namespace Microsoft.ML.Alignment;

/// <summary>Precision of the matrix products of a model.</summary>
public enum Precision
{
    /// <summary>32-bit floating point throughout.</summary>
    Float32,
    /// <summary>Matrix products in bfloat16; master weights, norms, log-probabilities and losses stay float32.</summary>
    BFloat16,
}
