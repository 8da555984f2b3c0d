namespace Microsoft.ML.Alignment.Models;

/// <summary>What a <c>config.json</c> says of a decoder; whatever changes numbers and is not implemented is refused by name.</summary>
internal sealed record ModelConfig
{
    /// <summary>Reads both key styles of <c>config.json</c>; stop ids come from <c>generation_config.json</c> too, where there is one.</summary>
    /// <exception cref="NotSupportedException">An architecture or a switch that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value that is missing or makes no sense.</exception>
    public static ModelConfig Parse(string configJson, string? generationConfigJson) => throw new NotImplementedException();

    /// <summary>Gets the family, e.g. <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Gets the vocabulary size, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Gets the width, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Gets the number of positions the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Gets the id a text starts with; null if none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Gets the ids that end a completion; the first is the one written.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }
}
