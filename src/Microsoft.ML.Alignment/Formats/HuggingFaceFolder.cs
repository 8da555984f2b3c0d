using System.Text.Json;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads a model from a folder as Hugging Face's <c>save_pretrained</c> writes it.</summary>
internal static class HuggingFaceFolder
{
    public const string Weights = "model.safetensors";
    public const string Index = "model.safetensors.index.json";
    private const int MaxBytes = 200_000_000;

    /// <summary>The small files that a model has beside its weights; others in its folder are not looked at.</summary>
    private static readonly string[] SmallFiles =
    [
        ModelFiles.Config, ModelFiles.GenerationConfig, ModelFiles.Tokenizer, ModelFiles.TokenizerConfig, ModelFiles.ChatTemplate,
        ModelFiles.ChatTemplateJson, ModelFiles.SpecialTokensMap, ModelFiles.GgufMetadata, "added_tokens.json", "vocab.json", "vocab.txt",
        "merges.txt", "tokenizer.model",
        "spiece.model", "sentencepiece.bpe.model", "README.md",
        "LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "NOTICE", "NOTICE.md", "NOTICE.txt",
        "USE_POLICY.md",
    ];

    /// <summary>Reads a model.</summary>
    /// <exception cref="FileNotFoundException">There is no configuration, or there are no weights.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or files do not belong together.</exception>
    public static PretrainedFiles Read(string folder)
    {
        RequireModel(folder);
        return new(ReadFiles(folder), ReadWeights(folder));
    }

    /// <summary>Refuses a folder without a configuration or without weights.</summary>
    /// <exception cref="FileNotFoundException">One of them is missing.</exception>
    public static void RequireModel(string folder)
    {
        var config = Path.Combine(folder, ModelFiles.Config);
        if (ModelFolder.Find(folder, ModelFiles.Config) is null)
        {
            var hint = File.Exists(Path.Combine(folder, PeftConfig.FileName))
                ? " It holds an adapter: load its base model and put the adapter on it with LoadAdapter."
                : "";
            throw new FileNotFoundException(
                $"The folder '{folder}' has no {ModelFiles.Config}; a model folder has one, with its weights beside it.{hint}", config);
        }

        if (ModelFolder.Find(folder, Weights) is null && ModelFolder.Find(folder, Index) is null)
            throw new FileNotFoundException(
                $"The folder '{folder}' has neither {Weights} nor {Index}; weights are read from " +
                "safetensors. Convert others with save_pretrained.", Path.Combine(folder, Weights));
    }

    private static ModelFiles ReadFiles(string folder)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var name in SmallFiles)
            if (ModelFolder.Find(folder, name) is { } path)
                files[name] = ReadSmall(path);
        return new(files);
    }

    private static byte[] ReadSmall(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
            throw new InvalidDataException($"'{path}' has {stream.Length} bytes; allowed are at most {MaxBytes} in a file beside the weights.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static IReadOnlyCollection<StoredTensor> ReadWeights(string folder) =>
        ModelFolder.Find(folder, Weights) is { } whole ? SafetensorsFile.TensorsOf(whole) : ReadShards(folder);

    private static List<StoredTensor> ReadShards(string folder)
    {
        var indexPath = ModelFolder.Find(folder, Index)!;
        var places = ReadIndex(indexPath);
        var tensors = new List<StoredTensor>();
        try
        {
            ReadShards(folder, indexPath, places, tensors);
            return tensors;
        }
        catch
        {
            StoredTensor.Close(tensors);
            throw;
        }
    }

    private static void ReadShards(string folder, string indexPath, Dictionary<string, string> places, List<StoredTensor> tensors)
    {
        foreach (var shard in places.Values.Distinct().Order(StringComparer.Ordinal))
        {
            var path = ModelFolder.Find(folder, shard)
                ?? throw new InvalidDataException($"'{indexPath}' names the shard '{shard}', which is not there: get it too.");
            var ofShard = SafetensorsFile.TensorsOf(path);
            tensors.AddRange(ofShard);
            foreach (var tensor in ofShard)
                if (!places.TryGetValue(tensor.Name, out var place) || place != shard)
                    throw new InvalidDataException(
                        $"'{path}' holds tensor '{tensor.Name}', which '{indexPath}' places in {place ?? "no shard"}; a tensor lies " +
                        "in one shard, the index's.");
        }

        var missing = places.Keys.Except(tensors.Select(t => t.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (missing is not null)
            throw new InvalidDataException(
                $"'{indexPath}' places tensor '{missing}' in '{places[missing]}', which does not hold it. The files do not belong " +
                "together.");
    }

    /// <summary>The shard of every tensor.</summary>
    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var places = document.RootElement.GetProperty("weight_map").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
            return places.FirstOrDefault(p => p.Value is null or "." or ".." || p.Value != Path.GetFileName(p.Value)) is { Key: not null } outside
                ? throw new InvalidDataException(
                    $"'{path}' places tensor '{outside.Key}' in '{outside.Value}'; a shard is a file of the same folder.")
                : places;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException(
                $"'{path}' is no index of shards: {e.Message} It must be a JSON object whose weight_map names each tensor's file once.", e);
        }
    }
}
