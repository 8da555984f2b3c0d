namespace Microsoft.ML.Alignment;

/// <summary>How the weights of a GGUF file are encoded; norms and biases are float32 in each.</summary>
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
    /// <summary>5 bits: blocks of 32 four-bit values with a scale and a minimum.</summary>
    Q4_1,
    /// <summary>
    /// What came from a file stays as it was encoded there, byte for byte; weights that adapters change, and what GGUF does not have, become F16.
    /// </summary>
    AsStored,
}
