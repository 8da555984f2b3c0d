using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>The types of GGUF files: their encodings, and their numbers in <c>general.file_type</c>.</summary>
internal static class GgufEncodings
{
    private static readonly Dictionary<GgufType, (uint? FileType, IGgufEncodings Encodings)> All = new()
    {
        [GgufType.F32] = (0, new UniformEncodings(TensorEncoding.F32)),
        [GgufType.F16] = (1, new UniformEncodings(TensorEncoding.F16)),
        [GgufType.BF16] = (32, new UniformEncodings(TensorEncoding.BF16)),
        [GgufType.Q8_0] = (7, new UniformEncodings(TensorEncoding.Q8_0)),
        [GgufType.Q4_0] = (2, new QuantizedEncodings(TensorEncoding.Q4_0)),
        [GgufType.Q4_1] = (3, new QuantizedEncodings(TensorEncoding.Q4_1)),
        [GgufType.Q4_K] = (14, new QuantizedEncodings(TensorEncoding.Q4_K)),
        [GgufType.Q5_K] = (16, new QuantizedEncodings(TensorEncoding.Q5_K)),
        [GgufType.Q6_K] = (18, new QuantizedEncodings(TensorEncoding.Q6_K)),
        [GgufType.Q4_K_M] = (15, new MixedEncodings(TensorEncoding.Q4_K, fused: TensorEncoding.Q5_K)),
        [GgufType.Q5_K_M] = (17, new MixedEncodings(TensorEncoding.Q5_K, fused: TensorEncoding.Q6_K)),
        [GgufType.AsStored] = (null, new StoredEncodings()),
    };

    /// <summary>How the tensors of a type are encoded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public static IGgufEncodings Of(GgufType type) => Find(type).Encodings;

    /// <summary>The number of a type; null if it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public static uint? FileTypeOf(GgufType type) => Find(type).FileType;

    /// <summary>Whether a type has blocks with scales.</summary>
    public static bool IsQuantised(GgufType type) => type is not (GgufType.F32 or GgufType.F16 or GgufType.BF16 or GgufType.AsStored);

    private static (uint? FileType, IGgufEncodings Encodings) Find(GgufType type) => All.TryGetValue(type, out var found) ? found
        : throw new ArgumentOutOfRangeException(nameof(type), type, $"The type {type} is unknown; written are {string.Join(", ", All.Keys)}.");
}
