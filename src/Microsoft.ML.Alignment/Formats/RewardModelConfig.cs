using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The <c>config.json</c> of a reward model: a sequence classifier with one label.</summary>
internal static class RewardModelConfig
{
    private const string PolicyEnding = "ForCausalLM";
    private const string RewardEnding = "ForSequenceClassification";
    private const string Label = "LABEL_0";

    /// <summary>
    /// The configuration of a policy turned into a reward model's; a padding token, which readers need, is the end token if there is none.
    /// </summary>
    /// <exception cref="InvalidDataException">The policy has neither padding nor end token.</exception>
    public static byte[] Of(LanguageModel model)
    {
        var config = JsonNode.Parse(model.Files.Text(ModelFiles.Config)!)!.AsObject();
        config["architectures"] = new JsonArray(Architecture(config));
        config["num_labels"] = 1;
        config["id2label"] = new JsonObject { ["0"] = Label };
        config["label2id"] = new JsonObject { [Label] = 0 };
        if (config["pad_token_id"] is null)
            config["pad_token_id"] = model.Config.EosTokenIds is [var end, ..]
                ? end
                : throw new InvalidDataException(
                    $"'{model.Source}' names neither pad_token_id nor eos_token_id in its {ModelFiles.Config}; a reward model needs " +
                    "one of them.");
        return JsonText.Write(config);
    }

    /// <summary>The files of a sequence classifier, which has no head over the vocabulary, with the embedding named in its place.</summary>
    public static ModelFiles WithoutLanguageHead(ModelFiles files)
    {
        var config = JsonNode.Parse(files.Text(ModelFiles.Config)!)!.AsObject();
        config["tie_word_embeddings"] = true;
        var changed = files.Names.ToDictionary(name => name, name => files.Bytes(name)!);
        changed[ModelFiles.Config] = JsonText.Write(config);
        return new(changed);
    }

    private static string Architecture(JsonObject config) =>
        (config["architectures"]?.AsArray().FirstOrDefault()?.GetValue<string>() ?? "Llama" + PolicyEnding)
            .Replace(PolicyEnding, RewardEnding, StringComparison.Ordinal);
}
