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
    /// <summary>Blocks of 32 five-bit values around 16 with one half-precision scale (22 bytes).</summary>
    Q5_0,
    /// <summary>Blocks of 32 five-bit values with half-precision scale and minimum (24 bytes).</summary>
    Q5_1,
    /// <summary>Blocks of 256 two-bit values, 16 with a four-bit scale and minimum each (84 bytes).</summary>
    Q2_K,
    /// <summary>Blocks of 256 three-bit values around 4, 16 with a six-bit scale each (110 bytes).</summary>
    Q3_K,
    /// <summary>Blocks of 256 four-bit values, 32 with a six-bit scale and minimum each (144 bytes).</summary>
    Q4_K,
    /// <summary>Blocks of 256 five-bit values, 32 with a six-bit scale and minimum each (176 bytes).</summary>
    Q5_K,
    /// <summary>Blocks of 256 six-bit values around 32, 16 with an eight-bit scale each (210 bytes).</summary>
    Q6_K,
    /// <summary>Blocks of 32 places in a table of 16 uneven values with one half-precision scale (18 bytes).</summary>
    IQ4_NL,
    /// <summary>Blocks of 256 places in that table, 32 with a six-bit scale each (136 bytes).</summary>
    IQ4_XS,
}
