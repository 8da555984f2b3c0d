using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>The form of the JSON that a saved pipeline keeps of each stage: with a version and a hash of itself.</summary>
internal static class SavedJson
{
    private const int MajorVersion = 1;
    private const int MinorVersion = 1;
    private const int FirstHashedMinorVersion = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>Gets the version that is written.</summary>
    public static string FormatVersion { get; } = $"{MajorVersion}.{MinorVersion}";

    /// <summary>A value as it is saved: all that its own type has.</summary>
    public static JsonElement ElementOf(object value) => JsonSerializer.SerializeToElement(value, value.GetType(), Json);

    /// <summary>Writes a stage.</summary>
    /// <param name="stage">What is known of it, with <see cref="SelfHash.Blank"/> for its hash.</param>
    public static byte[] Write<T>(T stage) => SelfHash.Fill(JsonSerializer.SerializeToUtf8Bytes(stage, Json));

    /// <summary>Reads a stage. Fields that this version does not know are ignored.</summary>
    /// <exception cref="FormatException">It was written by a later major version, or is damaged.</exception>
    public static T Parse<T>(byte[] json, string place)
        where T : class
    {
        try
        {
            RequireVersion(json, place);
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new JsonException("it holds null.");
        }
        catch (Exception e) when (e is not FormatException && FileErrors.IsOfParsing(e))
        {
            throw new FormatException($"'{place}' of the model file is damaged: {e.Message}", e);
        }
    }

    private static void RequireVersion(byte[] json, string place)
    {
        using var document = JsonDocument.Parse(json);
        var version = document.RootElement.TryGetProperty("formatVersion", out var element) ? element.GetString() : null;
        if (!Version.TryParse(version, out var parsed))
            throw new JsonException($"formatVersion is '{version}'; it is two numbers, e.g. {MajorVersion}.0.");
        if (parsed.Major > MajorVersion)
            throw new FormatException(
                $"'{place}' was saved in format {version}; this version of Microsoft.ML.Alignment reads formats up to {MajorVersion}.x. Update " +
                "the package to load the file.");
        if (!SelfHash.Check(json) && parsed >= new Version(MajorVersion, FirstHashedMinorVersion))
            throw new JsonException($"format {version} has a {SelfHash.Key}, which is missing.");
    }
}
