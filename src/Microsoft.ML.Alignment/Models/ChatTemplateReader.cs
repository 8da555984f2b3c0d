using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// Finds a model's chat template: the file <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else <c>chat_template</c> of
/// <c>tokenizer_config.json</c>, which may be a list of named ones.
/// </summary>
internal static class ChatTemplateReader
{
    private const string Key = "chat_template";
    private const string Default = "default";

    private static readonly string[] SpecialTokenKeys = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>Reads the template; null if the model has none.</summary>
    /// <exception cref="InvalidDataException">A file makes no sense.</exception>
    /// <exception cref="NotSupportedException">The model has several templates, and none is named <c>default</c>.</exception>
    public static ChatTemplate? Read(ModelFiles files)
    {
        if (files.Text(ModelFiles.ChatTemplate) is { } own)
            return ChatTemplate.Parse(own, SpecialTokensOf(files));
        var named = Named(files);
        if (named.Count == 0)
            return null;
        return named.TryGetValue(Default, out var source)
            ? ChatTemplate.Parse(source, SpecialTokensOf(files))
            : throw new NotSupportedException(
                $"{ModelFiles.TokenizerConfig} has several chat templates ({string.Join(", ", named.Keys)}), and none is named '{Default}'. " +
                "Choose one by its name with the option ChatTemplate of BaseModel or LoadModel.");
    }

    /// <summary>The files with the template that the user chose as the model's own.</summary>
    /// <param name="files">The files.</param>
    /// <param name="wanted">The name of one of the model's templates, or a template; null leaves the files as they are.</param>
    /// <exception cref="InvalidDataException">The model has no template of the name, or a file makes no sense.</exception>
    /// <exception cref="ChatTemplateException">The template cannot be read.</exception>
    public static ModelFiles Choose(ModelFiles files, string? wanted)
    {
        if (wanted is null)
            return files;
        var source = wanted.Contains('{') ? wanted : NamedOrNull(files, wanted);
        if (source is null)
        {
            var known = Named(files).Keys;
            throw new InvalidDataException(known.Count > 0
                ? $"ChatTemplate is '{wanted}', and the model has templates named {string.Join(", ", known)}. Give one of these names, or " +
                    "a template in Jinja."
                : $"ChatTemplate is '{wanted}', and the model has no chat template. Give one in Jinja.");
        }

        ChatTemplate.Parse(source, SpecialTokensOf(files));
        return files.With(ModelFiles.ChatTemplate, Encoding.UTF8.GetBytes(source));
    }

    /// <summary>
    /// The texts of special tokens by their roles, e.g. <c>eos_token</c>, from <c>tokenizer_config.json</c> and, where that does not say, from
    /// <c>special_tokens_map.json</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">A file makes no sense.</exception>
    public static IReadOnlyDictionary<string, string> SpecialTokensOf(ModelFiles files) =>
        SpecialTokensOf(files, ModelFiles.TokenizerConfig, ModelFiles.SpecialTokensMap);

    /// <summary>The texts of special tokens by their roles that some of the files name; the first that does decides.</summary>
    /// <exception cref="InvalidDataException">A file makes no sense.</exception>
    public static IReadOnlyDictionary<string, string> SpecialTokensOf(ModelFiles files, params string[] sources)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var file in sources)
        {
            if (files.Text(file) is { } json)
                AddSpecialTokens(JsonSettings.Parse(json, file), tokens);
        }

        return tokens;
    }

    private static string? NamedOrNull(ModelFiles files, string name) => Named(files).TryGetValue(name, out var source)
        ? source
        : name == Default ? files.Text(ModelFiles.ChatTemplate) : null;

    // One without a name is the default.
    private static Dictionary<string, string> Named(ModelFiles files)
    {
        foreach (var file in (string[])[ModelFiles.ChatTemplateJson, ModelFiles.TokenizerConfig])
        {
            if (files.Text(file) is { } json && JsonSettings.Parse(json, file) is var settings && settings.Find(Key) is { } found)
                return Sources(settings, found);
        }

        return [];
    }

    private static Dictionary<string, string> Sources(JsonSettings settings, JsonElement found)
    {
        if (found.ValueKind == JsonValueKind.String)
            return new() { [Default] = found.GetString()! };
        var sources = new Dictionary<string, string>();
        foreach (var template in found.ValueKind == JsonValueKind.Array ? found.EnumerateArray() : throw Refused())
            sources[TextOf(template, "name") ?? throw Refused()] = TextOf(template, "template") ?? throw Refused();
        return sources;

        InvalidDataException Refused() => settings.Refused(Key, found, "a string, or a list of objects with name and template");
    }

    private static void AddSpecialTokens(JsonSettings settings, Dictionary<string, string> tokens)
    {
        foreach (var key in SpecialTokenKeys)
        {
            if (settings.Find(key) is not { } found)
                continue;
            tokens.TryAdd(key, (found.ValueKind == JsonValueKind.String ? found.GetString() : TextOf(found, "content"))
                ?? throw settings.Refused(key, found, "a string or an object with content"));
        }
    }

    private static string? TextOf(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var found) && found.ValueKind == JsonValueKind.String
            ? found.GetString()
            : null;
}
