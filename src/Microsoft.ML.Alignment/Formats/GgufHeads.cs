using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// Projections to queries and keys, of which Hugging Face has in each head the first halves of all rotated pairs and then the second halves,
/// and GGML, in some families, the two halves of a pair side by side.
/// </summary>
internal static class GgufHeads
{
    /// <summary>The heads in which rows are in another order; 0 if they are not.</summary>
    /// <param name="facts">What GGUF files of the family say otherwise.</param>
    /// <param name="name">The tensor's name in the file.</param>
    /// <param name="queries">The number of query heads.</param>
    /// <param name="keys">The number of key heads.</param>
    public static int CountOf(GgufFacts facts, string name, int queries, int keys) => !facts.PairsAreNeighbours ? 0
        : name.Contains(".attn_q.", StringComparison.Ordinal) ? queries
        : name.Contains(".attn_k.", StringComparison.Ordinal) ? keys
        : 0;
}
