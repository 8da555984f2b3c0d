namespace Microsoft.ML.Alignment.Models;

/// <summary>How a forward pass computes.</summary>
/// <param name="Precision">Precision of the matrix products; norms, softmax and log-probs are float32 always.</param>
/// <param name="Dropout">Whether adapters drop inputs; only in a training pass of the policy.</param>
internal readonly record struct ForwardOptions(Precision Precision = Precision.Float32, bool Dropout = false);
