namespace Microsoft.ML.Alignment.Models;

/// <summary>How a family's <c>config.json</c> says what all families say. The defaults are those of most.</summary>
internal sealed record ConfigKeys
{
    /// <summary>Gets the key of the number of layers.</summary>
    public string Layers { get; init; } = "num_hidden_layers";

    /// <summary>Gets the key of the number of query heads.</summary>
    public string Heads { get; init; } = "num_attention_heads";

    /// <summary>Gets the key of the width.</summary>
    public string Width { get; init; } = "hidden_size";

    /// <summary>Gets the key of the width inside the feed-forward block.</summary>
    public string Inner { get; init; } = "intermediate_size";

    /// <summary>Gets how many times the width that is where the file does not say it; null where it must.</summary>
    public int? InnerOfWidth { get; init; }

    /// <summary>Gets the key of the number of positions.</summary>
    public string Positions { get; init; } = "max_position_embeddings";

    /// <summary>Gets the key of the term under the root of the norms.</summary>
    public string Epsilon { get; init; } = "rms_norm_eps";

    /// <summary>Gets the keys of the feed-forward block's function; the last that the file has holds.</summary>
    public IReadOnlyList<string> Activation { get; init; } = ["hidden_act"];

    /// <summary>Gets the functions that the family is known with; the first where the file names none.</summary>
    public IReadOnlyList<string> Activations { get; init; } = ["silu", "swish"];

    /// <summary>Gets the width of a head where the file does not say it; null for the width over the number of heads.</summary>
    public int? DefaultHeadSize { get; init; }

    /// <summary>Gets whether the head is the embedding where the file does not say it. The default is false.</summary>
    public bool TiesByDefault { get; init; }

    /// <summary>Gets whether queries and keys turn by their positions. The default is true.</summary>
    public bool HasRotary { get; init; } = true;

    /// <summary>Gets whether a part of each head may stay as it is. The default is false.</summary>
    public bool TurnsPartOfHeads { get; init; }
}
