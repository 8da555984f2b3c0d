using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The text model in a folder that holds one for images and text: its part of the configuration and of the weights.</summary>
internal static class TextPart
{
    private const string ModelType = "model_type";

    // What the published files leave out, since it is the default of the original's class.
    private static readonly Dictionary<string, string> Gemma3Defaults = new()
    {
        [ModelType] = "\"gemma3_text\"", ["vocab_size"] = "262208", ["num_attention_heads"] = "8", ["num_key_value_heads"] = "4",
        ["head_dim"] = "256", ["max_position_embeddings"] = "131072", ["rms_norm_eps"] = "1e-06", ["query_pre_attn_scalar"] = "256",
        ["sliding_window"] = "4096", ["bos_token_id"] = "2", ["eos_token_id"] = "1", ["pad_token_id"] = "0",
    };

    // Older and newer files name them differently; what begins otherwise belongs to images.
    private static readonly (string Found, string Ours)[] Prefixes =
        [("language_model.model.", "model."), ("language_model.lm_head.", "lm_head."), ("model.language_model.", "model."), ("lm_head.", "lm_head.")];

    /// <summary>The text model; the files as they are where they hold nothing else.</summary>
    /// <exception cref="InvalidDataException">The configuration is no JSON object.</exception>
    public static PretrainedFiles Of(PretrainedFiles pretrained)
    {
        var settings = JsonSettings.Parse(pretrained.Files.Text(ModelFiles.Config)!, ModelFiles.Config);
        if (settings.FindText(ModelType) != "gemma3" || settings.FindObject("text_config") is null)
            return pretrained;
        var whole = JsonNode.Parse(pretrained.Files.Text(ModelFiles.Config)!)!.AsObject();
        var files = pretrained.Files.Names.ToDictionary(name => name, name => pretrained.Files.Bytes(name)!);
        files[ModelFiles.Config] = JsonText.Write(Config(whole));
        var weights = pretrained.Weights.Select(Ours).OfType<StoredTensor>().ToArray();
        var kept = StoredTensor.StoragesOf(weights);
        foreach (var storage in StoredTensor.StoragesOf(pretrained.Weights).Except(kept))
            storage.Dispose();
        return new(new(files), weights);
    }

    private static JsonObject Config(JsonObject whole)
    {
        var config = whole["text_config"]!.DeepClone().AsObject();
        foreach (var key in (string[])["bos_token_id", "eos_token_id", "pad_token_id", "dtype", "torch_dtype"])
            if (whole[key] is { } value)
                config[key] = value.DeepClone();
        foreach (var (key, value) in Gemma3Defaults)
            config[key] ??= JsonNode.Parse(value);
        config["architectures"] = new JsonArray(DecoderFamily.Of(config[ModelType]!.GetValue<string>()).Architecture);
        return config;
    }

    private static StoredTensor? Ours(StoredTensor tensor)
    {
        foreach (var (found, ours) in Prefixes)
            if (tensor.Name.StartsWith(found, StringComparison.Ordinal))
                return new RenamedTensor(tensor, ours + tensor.Name[found.Length..]);
        return null;
    }
}
