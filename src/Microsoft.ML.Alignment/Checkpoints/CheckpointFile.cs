using System.Security.Cryptography;
using System.Text.Json.Serialization;
using System.Text.Json;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>The JSON of a checkpoint: all of it that is no tensor, and a hash of itself.</summary>
internal sealed record CheckpointFile
{
    public const string Name = "checkpoint.json";

    private const int Version = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    public int FormatVersion { get; init; } = Version;

    /// <summary>Gets the SHA-256 of the file as it is written without a hash, in lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Gets why the stage ended; null while it trains.</summary>
    public StageEndReason? Ended { get; init; }

    /// <summary>Gets where the stage stands.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Gets what the result is a function of.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>Gets the state of the generator that dropout draws from.</summary>
    public required byte[] Generator { get; init; }

    /// <summary>Gets what states have written down beside tensors, by name.</summary>
    public Dictionary<string, JsonElement> States { get; init; } = [];

    /// <summary>Gets the SHA-256 of the other files, by name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>The bytes of the file, which has its hash in it.</summary>
    public byte[] Write() => Bytes(this with { Sha256 = Hash() });

    /// <summary>Reads the file of a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    public static CheckpointFile Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        var bytes = File.ReadAllBytes(path);
        RequireVersion(bytes, path);
        var file = Parsed<CheckpointFile>(bytes, path);
        var hash = file.Hash();
        return hash == file.Sha256
            ? file
            : throw new InvalidDataException($"'{path}' is damaged: its SHA-256 is {hash}, it was written with {file.Sha256 ?? "none"}.");
    }

    // What is hashed is what was understood: blanks and keys that nobody reads decide nothing.
    private string Hash() => Convert.ToHexStringLower(SHA256.HashData(Bytes(this with { Sha256 = null })));

    private static byte[] Bytes(CheckpointFile file) => JsonSerializer.SerializeToUtf8Bytes(file, Json);

    private static void RequireVersion(byte[] bytes, string path)
    {
        if (Parsed<VersionOnly>(bytes, path).FormatVersion is var found && found != Version)
            throw new InvalidDataException(
                $"'{path}' has the format version {found}; this version of Microsoft.ML.Alignment goes on from version {Version}. Go on with " +
                "the version that began the run, or begin anew in another workspace.");
    }

    private static T Parsed<T>(byte[] bytes, string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Json) ?? throw new InvalidDataException($"'{path}' is damaged: it holds null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }

    private sealed record VersionOnly(int FormatVersion);
}
