using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What rounding alone does to a model; more than that is a fault.</summary>
internal static class GgufLimits
{
    /// <summary>The largest mean divergence of a type, in nats a token.</summary>
    public static double MeanKL(GgufType type) => type switch
    {
        GgufType.F32 => 1e-6,
        GgufType.F16 => 1e-3,
        GgufType.BF16 or GgufType.Q8_0 => 0.02,
        GgufType.Q6_K => 0.1,
        GgufType.Q5_K or GgufType.Q5_K_M => 0.3,
        _ => 1,
    };

    /// <summary>
    /// The largest error of a tensor, the root of its mean square over that of the tensor: half a step of even codes, and room for
    /// outliers.
    /// </summary>
    public static double TensorError(TensorEncoding encoding) => encoding switch
    {
        // Scales that are stored with 1 added lose their last digits.
        TensorEncoding.F32 => 1e-5,
        TensorEncoding.F16 => 1e-3,
        TensorEncoding.BF16 => 5e-3,
        TensorEncoding.Q8_0 => 0.03,
        TensorEncoding.Q6_K => 0.06,
        TensorEncoding.Q5_0 or TensorEncoding.Q5_1 or TensorEncoding.Q5_K => 0.12,
        TensorEncoding.Q4_0 or TensorEncoding.Q4_1 or TensorEncoding.Q4_K => 0.24,
        _ => 1,
    };
}
