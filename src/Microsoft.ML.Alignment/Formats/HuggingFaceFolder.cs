using System.Text.Json;
using System.Text.Unicode;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads a model from a folder as Hugging Face's <c>save_pretrained</c> writes it.</summary>
internal static class HuggingFaceFolder
{
    public const string Weights = "model.safetensors";
    public const string Index = "model.safetensors.index.json";
    private const int MaxOtherBytes = 1_000_000;
    private const int MaxKnownBytes = 200_000_000;

    /// <summary>Files of a tokenizer, which may be large.</summary>
    private static readonly HashSet<string> TokenizerFiles = [ModelFiles.Tokenizer, "vocab.json", "merges.txt", "tokenizer.model", "added_tokens.json"];

    private static readonly string[] WeightEndings = [".safetensors", ".bin", ".gguf", ".pt", ".pth", ".onnx", ".h5", ".msgpack", ".index.json"];

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
        if (!File.Exists(config))
        {
            var hint = File.Exists(Path.Combine(folder, PeftConfig.FileName))
                ? " It holds an adapter: load its base model and put the adapter on it with LoadAdapter."
                : "";
            throw new FileNotFoundException(
                $"The folder '{folder}' has no {ModelFiles.Config}; a model folder has one, with its weights beside it.{hint}", config);
        }

        if (!File.Exists(Path.Combine(folder, Weights)) && !File.Exists(Path.Combine(folder, Index)))
            throw new FileNotFoundException(
                $"The folder '{folder}' has neither {Weights} nor {Index}; weights are read from " +
                "safetensors. Convert others with save_pretrained.", Path.Combine(folder, Weights));
    }

    private static ModelFiles ReadFiles(string folder)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(path);
            var isWeights = WeightEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
            if (!isWeights && !name.StartsWith('.') && ReadSmall(path, name) is { } bytes)
                files[name] = bytes;
        }

        return new(files);
    }

    /// <summary>The bytes of a file that goes with a model; null for one that is large or, unless it is a tokenizer's, no text.</summary>
    private static byte[]? ReadSmall(string path, string name)
    {
        var isTokenizers = TokenizerFiles.Contains(name);
        using var stream = File.OpenRead(path);
        if (stream.Length > (isTokenizers ? MaxKnownBytes : MaxOtherBytes))
            return isTokenizers ? throw new InvalidDataException(
                $"'{path}' has {stream.Length} bytes; allowed are at most {MaxKnownBytes}.") : null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return isTokenizers || Utf8.IsValid(bytes) ? bytes : null;
    }

    private static IReadOnlyCollection<StoredTensor> ReadWeights(string folder)
    {
        var whole = Path.Combine(folder, Weights);
        return File.Exists(whole) ? SafetensorsFile.TensorsOf(whole) : ReadShards(folder);
    }

    private static List<StoredTensor> ReadShards(string folder)
    {
        var indexPath = Path.Combine(folder, Index);
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
            var path = Path.Combine(folder, shard);
            if (!File.Exists(path))
                throw new InvalidDataException($"'{indexPath}' names the shard '{shard}', which is not there: get it too.");
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
