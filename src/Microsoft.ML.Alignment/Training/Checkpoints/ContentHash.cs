using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>SHA-256 hashes of what a stage starts from, in lower-case hex.</summary>
internal static class ContentHash
{
    private const int PieceLength = 1 << 20;

    /// <summary>The hash of all examples, in their order.</summary>
    public static string Of(IExampleStore store)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var index = 0; index < store.Count; index++)
            hash.AppendData(SpillRecord.Bytes(store.Read(index)));
        return Finish(hash);
    }

    /// <summary>The hash of a model: small files, weights, adapters and head.</summary>
    public static string Of(LanguageModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in model.Files.Names.Order(StringComparer.Ordinal))
        {
            Add(hash, name);
            hash.AppendData(model.Files.Bytes(name)!);
        }

        foreach (var weight in model.BaseWeights.OrderBy(weight => weight.Name, StringComparer.Ordinal))
            Add(hash, weight);
        foreach (var adapter in model.Adapters)
            Add(hash, adapter);
        if (model.RewardHead is { } head)
            Add(hash, new TensorStoredTensor("score.weight", head));
        return Finish(hash);
    }

    private static void Add(IncrementalHash hash, Adapter adapter)
    {
        Add(hash, $"{adapter.Name} {adapter.ConfigJson}");
        foreach (var (path, update) in adapter.Updates.OrderBy(update => update.Key, StringComparer.Ordinal))
        {
            Add(hash, FormattableString.Invariant($"{path} {update.Scale:R} {update.Dropout:R}"));
            Add(hash, new TensorStoredTensor("A", update.A));
            Add(hash, new TensorStoredTensor("B", update.B));
        }
    }

    private static void Add(IncrementalHash hash, StoredTensor tensor)
    {
        Add(hash, $"{tensor.Name} {tensor.Encoding} {string.Join(',', tensor.Shape)}");
        var piece = new byte[Math.Min(PieceLength, tensor.ByteLength)];
        for (var offset = 0L; offset < tensor.ByteLength; offset += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, tensor.ByteLength - offset));
            tensor.Read(offset, part);
            hash.AppendData(part);
        }
    }

    // A zero ends the text, so that what follows cannot be taken for a part of it.
    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + '\0'));

    private static string Finish(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
