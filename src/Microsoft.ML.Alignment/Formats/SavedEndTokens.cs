using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// The <c>generation_config.json</c> of a saved model: it ends turns where the model does. Other tools read end tokens there, and neither from
/// the template nor from the tokenizer's settings.
/// </summary>
internal static class SavedEndTokens
{
    private const string Key = "eos_token_id";
    private static readonly string[] OtherIds = ["bos_token_id", "pad_token_id"];

    /// <summary>The file; null where the model's files name all of its end tokens, and stay as they are.</summary>
    public static byte[]? Of(LanguageModel model)
    {
        var (settings, own) = (model.Files.Text(ModelFiles.Config)!, model.Files.Text(ModelFiles.GenerationConfig));
        var named = ModelConfig.Parse(settings, own).EosTokenIds;
        if (model.Config.EosTokenIds.All(named.Contains))
            return null;
        var generation = JsonNode.Parse(own ?? "{}")!.AsObject();
        var config = JsonNode.Parse(settings)!.AsObject();
        // Where there is no file, its readers take these from the configuration.
        foreach (var key in own is null ? OtherIds.Where(config.ContainsKey) : [])
            generation[key] = config[key]?.DeepClone();
        generation[Key] = new JsonArray([.. model.Config.EosTokenIds.Select(id => JsonValue.Create(id))]);
        return JsonText.Write(generation);
    }
}
