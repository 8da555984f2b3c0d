using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What GGUF files of a family say otherwise than Hugging Face folders.</summary>
/// <param name="Architecture">What <c>general.architecture</c> is, which keys of the family begin with.</param>
internal sealed record GgufFacts(string Architecture)
{
    /// <summary>Gets the key of the term under the root of the norms, behind the architecture.</summary>
    public string Epsilon { get; init; } = "attention.layer_norm_rms_epsilon";

    /// <summary>Gets whether the two halves of a pair that turns are neighbours in the projections to queries and keys.</summary>
    public bool PairsAreNeighbours { get; init; }

    /// <summary>Gets whether the scales of norms have 1 added to what folders have.</summary>
    public bool NormsArePlusOne { get; init; }

    /// <summary>Gets whether matrices of linear layers are transposed to those of folders.</summary>
    public bool LinearsAreTransposed { get; init; }

    /// <summary>Gets whether attention turns by positions. The default is true.</summary>
    public bool HasRotary { get; init; } = true;

    /// <summary>Gets further settings: the key behind the architecture, and that of <c>config.json</c>.</summary>
    public IReadOnlyList<(string Key, string ConfigKey)> Settings { get; init; } = [];

    /// <summary>Gets what adds the settings that follow from others to a <c>config.json</c>; null if none do.</summary>
    public Action<JsonObject>? Complete { get; init; }
}
