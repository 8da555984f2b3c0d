using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The tensor types of GGUF by their numbers.</summary>
internal static class GgufTypes
{
    private static readonly Dictionary<uint, TensorEncoding> Encodings = new()
    {
        [0] = TensorEncoding.F32, [1] = TensorEncoding.F16, [30] = TensorEncoding.BF16,
        [2] = TensorEncoding.Q4_0, [3] = TensorEncoding.Q4_1, [8] = TensorEncoding.Q8_0,
        [6] = TensorEncoding.Q5_0, [7] = TensorEncoding.Q5_1, [20] = TensorEncoding.IQ4_NL, [23] = TensorEncoding.IQ4_XS,
        [10] = TensorEncoding.Q2_K, [11] = TensorEncoding.Q3_K, [12] = TensorEncoding.Q4_K, [13] = TensorEncoding.Q5_K, [14] = TensorEncoding.Q6_K,
    };

    private static readonly Dictionary<uint, string> OtherNames = new()
    {
        [9] = "Q8_1", [15] = "Q8_K", [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S", [21] = "IQ3_S", [22] = "IQ2_S",
        [24] = "I8", [25] = "I16", [26] = "I32", [27] = "I64", [28] = "F64", [29] = "IQ1_M", [34] = "TQ1_0", [35] = "TQ2_0", [39] = "MXFP4",
    };

    /// <summary>Gets the types that are read.</summary>
    public static IEnumerable<TensorEncoding> Supported => Encodings.Values.Order();

    /// <summary>The encoding of a type; null if it is not read.</summary>
    public static TensorEncoding? EncodingOf(uint type) => Encodings.TryGetValue(type, out var encoding) ? encoding : null;

    /// <summary>The type of an encoding.</summary>
    public static uint TypeOf(TensorEncoding encoding) => Encodings.First(pair => pair.Value == encoding).Key;

    /// <summary>The name of a type, for messages.</summary>
    public static string NameOf(uint type) => EncodingOf(type)?.ToString() ?? OtherNames.GetValueOrDefault(type, $"type {type}");
}
