using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.References;

/// <summary>
/// The hash of all that reference scores depend on: the model with its adapters and small files, what is computed and how, and the token
/// ids of all examples in their order, in which template, length and every option of reading have gone.
/// </summary>
internal static class ScoreKey
{
    private const int Version = 1;

    /// <summary>Computes the key, in hexadecimal digits.</summary>
    /// <param name="reference">The model.</param>
    /// <param name="store">The examples.</param>
    /// <param name="plan">How they are dealt out to micro-batches; their order in training does not matter.</param>
    /// <param name="kind">What the scores are and how they are computed.</param>
    public static string Of(LanguageModel reference, IExampleStore store, BatchPlan plan, string kind)
    {
        object[] facts =
        [
            Version, kind, plan with { Seed = 0, Shuffle = false }, AlignmentRuntime.Current,
            ContentHash.Of(reference), ContentHash.Of(store),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', facts))));
    }
}
