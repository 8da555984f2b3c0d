using System.Text.Json;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// Finds a model's chat template: the file <c>chat_template.jinja</c>, else <c>chat_template</c> of <c>tokenizer_config.json</c>.
/// </summary>
internal static class ChatTemplateReader
{
    private static readonly string[] SpecialTokenKeys = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>Reads the template; null if the model has none, or has several and none is named <c>default</c>.</summary>
    /// <exception cref="InvalidDataException"><c>tokenizer_config.json</c> makes no sense.</exception>
    public static ChatTemplate? Read(ModelFiles files)
    {
        var settings = files.Text(ModelFiles.TokenizerConfig) is { } json ? JsonSettings.Parse(json, ModelFiles.TokenizerConfig) : null;
        var source = files.Text(ModelFiles.ChatTemplate) ?? (settings is null ? null : Source(settings));
        return source is null ? null : ChatTemplate.Parse(source, settings is null ? new Dictionary<string, string>() : SpecialTokens(settings));
    }

    /// <summary>The texts of special tokens by their roles, e.g. <c>eos_token</c>; empty without <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="InvalidDataException"><c>tokenizer_config.json</c> makes no sense.</exception>
    public static IReadOnlyDictionary<string, string> SpecialTokensOf(ModelFiles files) =>
        files.Text(ModelFiles.TokenizerConfig) is { } json ? SpecialTokens(JsonSettings.Parse(json, ModelFiles.TokenizerConfig)) : new Dictionary<string, string>();

    private static string? Source(JsonSettings settings) => settings.Find("chat_template") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } template => template.GetString(),
        { ValueKind: JsonValueKind.Array } named => named.EnumerateArray()
            .Where(template => TextOf(template, "name") == "default").Select(template => TextOf(template, "template")).FirstOrDefault(),
        { } other => throw settings.Refused("chat_template", other, "a string or a list of named templates"),
    };

    private static Dictionary<string, string> SpecialTokens(JsonSettings settings)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var key in SpecialTokenKeys)
        {
            if (settings.Find(key) is not { } found)
                continue;
            tokens[key] = (found.ValueKind == JsonValueKind.String ? found.GetString() : TextOf(found, "content"))
                ?? throw settings.Refused(key, found, "a string or an object with content");
        }

        return tokens;
    }

    private static string? TextOf(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var found) && found.ValueKind == JsonValueKind.String
            ? found.GetString()
            : null;
}
