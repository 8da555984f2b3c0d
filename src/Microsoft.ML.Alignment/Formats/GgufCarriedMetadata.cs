using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// The metadata of the GGUF file that a base came from and that says nothing of what it computes: licence, authors, languages, what others put
/// there. It goes with the small files of the model into every GGUF file that is written of it.
/// </summary>
internal static class GgufCarriedMetadata
{
    /// <summary>What the keys begin with that only this library writes.</summary>
    public const string OwnPrefix = "alignment.";

    private static readonly string[] ComposedPrefixes = [OwnPrefix, "split.", "general.base_model."];
    private static readonly string[] ComposedKeys =
    [
        "general.architecture", "general.type", "general.alignment", "tokenizer.chat_template",
    ];

    private static readonly string[] ComposedTokenKeys =
    [
        "model", "pre", "tokens", "scores", "token_type", "merges", "add_bos_token", "add_eos_token", "bos_token_id", "eos_token_id", "eot_token_id",
        "eom_token_id", "unknown_token_id", "padding_token_id",
    ];

    // By names that stay what they are; that of an array is the one of its elements with brackets.
    private static readonly Dictionary<string, Type> Types = new()
    {
        ["u8"] = typeof(byte), ["i8"] = typeof(sbyte), ["u16"] = typeof(ushort), ["i16"] = typeof(short),
        ["u32"] = typeof(uint), ["i32"] = typeof(int), ["f32"] = typeof(float), ["bool"] = typeof(bool), ["text"] = typeof(string),
        ["u64"] = typeof(ulong), ["i64"] = typeof(long), ["f64"] = typeof(double),
    };

    /// <summary>What a file has of it, as JSON; null if there is none.</summary>
    /// <param name="metadata">The metadata of the file.</param>
    /// <param name="architecture">Its architecture, whose keys say what it computes.</param>
    public static byte[]? ToJson(IReadOnlyDictionary<string, object> metadata, string architecture)
    {
        var carried = new JsonObject();
        foreach (var (key, value) in metadata)
            if (!IsComposed(key, architecture))
                carried[key] = new JsonObject { [NameOf(value.GetType())] = JsonSerializer.SerializeToNode(value) };
        return carried.Count == 0 ? null : JsonText.Write(carried);
    }

    /// <summary>What the small files of a model have of it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IEnumerable<KeyValuePair<string, object>> Of(ModelFiles files)
    {
        if (files.Text(ModelFiles.GgufMetadata) is not { } json)
            return [];
        try
        {
            return [.. JsonNode.Parse(json)!.AsObject().Select(pair => KeyValuePair.Create(pair.Key, Value(pair.Value!.AsObject().Single())))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException(
                $"{ModelFiles.GgufMetadata} is not as it was written here: {e.Message} Remove the file to go on without it.", e);
        }
    }

    private static bool IsComposed(string key, string architecture) =>
        ComposedPrefixes.Append(architecture + ".").Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))
        || ComposedKeys.Contains(key)
        || (key.StartsWith(GgufTokenizerMetadata.KeyPrefix, StringComparison.Ordinal)
            && ComposedTokenKeys.Contains(key[GgufTokenizerMetadata.KeyPrefix.Length..]));

    private static string NameOf(Type type) =>
        type.IsArray ? NameOf(type.GetElementType()!) + "[]" : Types.First(known => known.Value == type).Key;

    private static object Value(KeyValuePair<string, JsonNode?> typed)
    {
        if (!typed.Key.EndsWith("[]", StringComparison.Ordinal))
            return typed.Value.Deserialize(Types[typed.Key])!;
        return typed.Value.Deserialize(Types[typed.Key[..^2]].MakeArrayType())!;
    }
}
