using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// The hash of all that reference scores depend on: the model's weights, configuration and adapters, what is computed and how, and the token ids
/// of all examples in their order, in which tokenizer, template, length and every option of reading have gone.
/// </summary>
internal sealed class ScoreKey : IDisposable
{
    private const int PartBytes = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private ScoreKey()
    {
    }

    /// <summary>Computes the key, in hexadecimal digits.</summary>
    public static string Of(LanguageModel reference, IExampleStore store, BatchPlan plan, string kind)
    {
        using var key = new ScoreKey();
        key.Add($"1|{kind}|{plan with { Seed = 0, Shuffle = false }}|{AlignmentRuntime.Current}");
        key.Add(reference);
        for (var i = 0; i < store.Count; i++)
            key.Add(store.Read(i));
        return Convert.ToHexStringLower(key._hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void Add(LanguageModel model)
    {
        Add(model.Files.Text(ModelFiles.Config) ?? "");
        foreach (var weight in model.BaseWeights.OrderBy(weight => weight.Name, StringComparer.Ordinal))
            Add(weight);
        foreach (var (path, update) in model.Adapters.SelectMany(adapter => adapter.Updates.OrderBy(update => update.Key, StringComparer.Ordinal)))
        {
            Add($"{path}|{BitConverter.DoubleToInt64Bits(update.Scale)}");
            Add(new TensorStoredTensor("A", update.A));
            Add(new TensorStoredTensor("B", update.B));
        }
    }

    private void Add(StoredTensor tensor)
    {
        Add($"{tensor.Name}|{tensor.Encoding}|{string.Join(',', tensor.Shape)}");
        var part = new byte[Math.Min(PartBytes, tensor.ByteLength)];
        for (long offset = 0; offset < tensor.ByteLength; offset += part.Length)
        {
            var bytes = part.AsSpan(0, (int)Math.Min(part.Length, tensor.ByteLength - offset));
            tensor.Read(offset, bytes);
            _hash.AppendData(bytes);
        }
    }

    private void Add(TokenizedExample example)
    {
        foreach (var ids in (int[][])[example.Prompt, .. example.Completions])
        {
            Add(ids.Length);
            _hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan()));
        }
    }

    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(bytes.Length);
        _hash.AppendData(bytes);
    }

    private void Add(int number) => _hash.AppendData(BitConverter.GetBytes(number));
}
