using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The <c>stack.json</c> beside the folders of several adapters: in which order they were trained, and on what.</summary>
internal sealed record AdapterStackFile
{
    public const string FileName = "stack.json";
    public const int CurrentVersion = 2;
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>Gets the version of the layout; a higher one is refused.</summary>
    public int FormatVersion { get; init; } = CurrentVersion;

    /// <summary>Gets where the base came from.</summary>
    [JsonRequired]
    public string Base { get; init; } = "";

    /// <summary>Gets what version 1 has: a hash of eleven numbers of the base's configuration. Null in later ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseHash { get; init; }

    /// <summary>Gets all that the base's configuration says of the network.</summary>
    public IReadOnlyDictionary<string, string>? BaseSettings { get; init; }

    /// <summary>Gets the SHA-256 of the names, encodings and shapes of the base's weights.</summary>
    public string? BaseLayout { get; init; }

    /// <summary>Gets the SHA-256 of the base's weights.</summary>
    public string? BaseWeights { get; init; }

    /// <summary>Gets the rule by which a stage's reference is found.</summary>
    public string Reference { get; init; } = "The reference of a stage is the base with the adapters of all stages before it.";

    /// <summary>Gets the adapters, in the order in which they were trained.</summary>
    [JsonRequired]
    public IReadOnlyList<Entry> Adapters { get; init; } = [];

    /// <summary>One adapter.</summary>
    /// <param name="Name">Its name in the stack.</param>
    /// <param name="Folder">The folder beside the file.</param>
    internal sealed record Entry(string Name, string Folder);

    /// <summary>Reads the file of a folder; null if it has none.</summary>
    /// <exception cref="InvalidDataException">The file makes no sense, or the adapters are another base's.</exception>
    /// <exception cref="NotSupportedException">The file is of a later version.</exception>
    public static AdapterStackFile? Read(string folder, LanguageModel model)
    {
        if (ModelFolder.Find(folder, FileName) is not { } path)
            return null;
        var stack = Parse(path);
        if (stack.FormatVersion > CurrentVersion)
            throw new NotSupportedException(
                $"'{path}' has formatVersion {stack.FormatVersion}; read are versions up to {CurrentVersion}. Use a newer version of " +
                "this library.");
        stack.RequireBase(model, path);
        if (stack.Adapters.Any(entry => entry is null || string.IsNullOrEmpty(entry.Name)))
            throw new InvalidDataException($"'{path}' has an adapter that is null or has no name.");
        if (stack.Adapters.FirstOrDefault(a => a.Folder != Path.GetFileName(a.Folder) || a.Folder is "" or "." or "..") is { } outside)
            throw new InvalidDataException($"'{path}' names the folder '{outside.Folder}'; an adapter lies in a folder beside the file.");
        return stack;
    }

    /// <summary>Writes the file.</summary>
    public void Write(string folder) => File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Format));

    /// <summary>Says on what adapters of a model were trained.</summary>
    public static AdapterStackFile On(LanguageModel model, IReadOnlyList<Entry> adapters) => new()
    {
        Base = BaseModelName.Of(model),
        BaseSettings = ModelSettings.Of(model.Config),
        BaseLayout = LayoutOf(model),
        BaseWeights = model.WeightsHash,
        Adapters = adapters,
    };

    private void RequireBase(LanguageModel model, string path)
    {
        if (FormatVersion == 1)
        {
            Require(BaseHash == FirstVersionHashOf(model.Config), "another configuration");
            return;
        }

        if (BaseSettings is null || BaseLayout is null || BaseWeights is null)
            throw new InvalidDataException($"'{path}' lacks baseSettings, baseLayout or baseWeights, which say what the adapters were trained on.");
        var differences = ModelSettings.Differences(model.Config, BaseSettings);
        Require(differences.Count == 0, $"another configuration: '{model.Source}' has {string.Join("; ", differences)}");

        // In another encoding the same weights have other bytes.
        Require(
            BaseLayout != LayoutOf(model) || BaseWeights == model.WeightsHash,
            "other weights; to put the adapters on these all the same, load their folders one by one");

        void Require(bool fits, string difference)
        {
            if (!fits)
                throw new InvalidDataException(
                    $"'{path}': the adapters were trained on '{Base}', which is not '{model.Source}': it has {difference}. Load that base.");
        }
    }

    private static string LayoutOf(LanguageModel model)
    {
        using var hash = new ContentHasher();
        foreach (var weight in model.BaseWeights.Select(ContentHasher.Describe).Order(StringComparer.Ordinal))
            hash.Add(weight);
        return hash.Finish();
    }

    private static string FirstVersionHashOf(ModelConfig config)
    {
        object[] said =
        [
            config.ModelType, config.VocabularySize, config.HiddenSize, config.IntermediateSize, config.LayerCount, config.HeadCount,
            config.KeyValueHeadCount, config.HeadSize, config.NormEpsilon, config.Layers[0].Rotary?.Theta ?? 0, config.TiesEmbeddings,
        ];
        var text = string.Join('|', said.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static AdapterStackFile Parse(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<AdapterStackFile>(File.ReadAllBytes(path), Format) ?? throw new InvalidDataException(
                $"'{path}' holds null; it must be a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
