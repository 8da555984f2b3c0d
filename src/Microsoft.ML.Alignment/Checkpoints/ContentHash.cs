using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>SHA-256 hashes of what a stage starts from, in lower-case hex.</summary>
internal static class ContentHash
{
    /// <summary>The hash of all examples, in their order.</summary>
    public static string Of(IExampleStore store)
    {
        using var hash = new ContentHasher();
        for (var index = 0; index < store.Count; index++)
            hash.Add(SpillRecord.Bytes(store.Read(index)));
        return hash.Finish();
    }

    /// <summary>The hash of a model: its base, adapters and head.</summary>
    public static string Of(LanguageModel model)
    {
        using var hash = new ContentHasher();
        hash.Add(model.BaseHash);
        foreach (var adapter in model.Adapters)
            Add(hash, adapter);
        if (model.RewardHead is { } head)
            hash.Add(new TensorStoredTensor(ScalarHead.WeightName, head));
        return hash.Finish();
    }

    private static void Add(ContentHasher hash, Adapter adapter)
    {
        hash.Add($"{adapter.Name} {adapter.ConfigJson}");
        foreach (var (path, update) in adapter.Updates.OrderBy(update => update.Key, StringComparer.Ordinal))
        {
            hash.Add(FormattableString.Invariant($"{path} {update.Scale:R} {update.Dropout:R}"));
            hash.Add(new TensorStoredTensor("A", update.A));
            hash.Add(new TensorStoredTensor("B", update.B));
        }
    }
}
