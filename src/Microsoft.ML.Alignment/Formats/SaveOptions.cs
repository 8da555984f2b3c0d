namespace Microsoft.ML.Alignment;

/// <summary>The type in which weights are saved.</summary>
public enum WeightEncoding
{
    /// <summary>The type that the model's configuration names; where it names none, the one in which each weight came.</summary>
    AsConfigured,
    /// <summary>32 bits: exactly the model that was trained.</summary>
    Float32,
    /// <summary>16 bits, 11 of them for the digits.</summary>
    Float16,
    /// <summary>
    /// 16 bits, 8 of them for the digits. An update that changes a weight by less than about 1/500 of it is lost in rounding.
    /// </summary>
    BFloat16,
}

/// <summary>How a model is saved as a Hugging Face folder.</summary>
public sealed record SaveOptions
{
    /// <summary>Gets the type of the weights. The default is the one that the configuration names.</summary>
    public WeightEncoding Encoding { get; init; }
}
