using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>The JSON of a checkpoint: all of it that is no tensor.</summary>
internal sealed record CheckpointFile
{
    public const string Name = "checkpoint.json";

    private const int Version = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    public int FormatVersion { get; init; } = Version;

    /// <summary>Gets why the stage ended; null while it trains.</summary>
    public StageEndReason? Ended { get; init; }

    /// <summary>Gets where the stage stands.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Gets what the result is a function of.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>Gets the state of torch's generator, from which dropout draws.</summary>
    public required byte[] Generator { get; init; }

    /// <summary>Gets the SHA-256 of the other files, by name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads the file of a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of a later version.</exception>
    public static CheckpointFile Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            var file = JsonSerializer.Deserialize<CheckpointFile>(File.ReadAllBytes(path), Json)!;
            return file.FormatVersion <= Version
                ? file
                : throw new InvalidDataException(
                    $"'{path}' has the format version {file.FormatVersion}; " +
                    $"this version of Microsoft.ML.Alignment reads up to {Version}. Update the package.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }
}
