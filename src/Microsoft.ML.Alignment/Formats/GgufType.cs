namespace Microsoft.ML.Alignment;

/// <summary>
/// How the weights of a GGUF file are encoded; norms and biases are float32 in each. Types of fewer than 8 bits have the head in Q6_K.
/// </summary>
public enum GgufType
{
    /// <summary>32 bits: exactly the model that was trained.</summary>
    F32,
    /// <summary>16 bits, 11 of them for the digits; values beyond 65504 are refused.</summary>
    F16,
    /// <summary>16 bits, 8 of them for the digits.</summary>
    BF16,
    /// <summary>8.5 bits: blocks of 32 signed bytes with a scale. Answers seldom differ.</summary>
    Q8_0,
    /// <summary>4.5 bits: blocks of 32 four-bit values with a scale.</summary>
    Q4_0,
    /// <summary>5 bits: blocks of 32 four-bit values with a scale and a minimum.</summary>
    Q4_1,
    /// <summary>4.5 bits: blocks of 256 four-bit values, each 32 with a scale and a minimum.</summary>
    Q4_K,
    /// <summary>5.5 bits: blocks of 256 five-bit values, each 32 with a scale and a minimum.</summary>
    Q5_K,
    /// <summary>6.6 bits: blocks of 256 six-bit values, each 16 with a scale.</summary>
    Q6_K,
    /// <summary>About 4.8 bits: Q4_K, with Q6_K where it matters most, as llama.cpp chooses it. The usual choice for Ollama.</summary>
    Q4_K_M,
    /// <summary>About 5.7 bits: Q5_K, with Q6_K where it matters most, as llama.cpp chooses it.</summary>
    Q5_K_M,
    /// <summary>
    /// What came from a file stays as it was encoded there, byte for byte; weights in blocks that adapters change become F16.
    /// </summary>
    AsStored,
}
