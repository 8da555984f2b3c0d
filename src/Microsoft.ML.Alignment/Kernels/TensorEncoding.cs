namespace Microsoft.ML.Alignment.Kernels;

/// <summary>How the values of a stored tensor are encoded.</summary>
internal enum TensorEncoding
{
    /// <summary>32-bit floating point.</summary>
    F32,
    /// <summary>16-bit IEEE floating point.</summary>
    F16,
    /// <summary>16-bit brain floating point.</summary>
    BF16,
    /// <summary>Blocks of 32 signed bytes with one half-precision scale (34 bytes).</summary>
    Q8_0,
    /// <summary>Blocks of 32 four-bit values around 8 with one half-precision scale (18 bytes).</summary>
    Q4_0,
    /// <summary>Blocks of 32 four-bit values with half-precision scale and minimum (20 bytes).</summary>
    Q4_1,
}
