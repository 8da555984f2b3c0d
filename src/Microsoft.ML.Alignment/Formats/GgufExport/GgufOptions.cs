namespace Microsoft.ML.Alignment;

/// <summary>How a GGUF file is checked after it was written.</summary>
public sealed record GgufOptions
{
    /// <summary>Gets what users ask in the conversations that are compared; null for a few prompts of the library. The default is null.</summary>
    public IReadOnlyList<string>? Prompts { get; init; }

    /// <summary>Gets the number of tokens of the answers that are compared. At least 1; the default is 32.</summary>
    public int MaxNewTokens { get; init => field = Require.AtLeast(1, value); } = 32;
}
