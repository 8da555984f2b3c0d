using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads a model of the Llama architecture from a GGUF file, as if it lay in a Hugging Face folder.</summary>
internal static class GgufModel
{
    public const string Embedding = "token_embd.weight";
    public const string Head = "output.weight";

    private static readonly Dictionary<string, string> WholeModelNames = new()
    {
        [Embedding] = "model.embed_tokens.weight", ["output_norm.weight"] = "model.norm.weight", [Head] = "lm_head.weight",
    };

    private static readonly Dictionary<string, string> LayerNames = new()
    {
        ["attn_norm"] = "input_layernorm", ["ffn_norm"] = "post_attention_layernorm",
        ["attn_q"] = "self_attn.q_proj", ["attn_k"] = "self_attn.k_proj", ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_gate"] = "mlp.gate_proj", ["ffn_up"] = "mlp.up_proj", ["ffn_down"] = "mlp.down_proj",
    };

    /// <summary>Reads a model.</summary>
    /// <exception cref="NotSupportedException">
    /// An architecture, setting, tokenizer, tensor or quantisation that is not implemented.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks something.</exception>
    public static PretrainedFiles Read(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return file.Names.Count > 0
                ? Read(file)
                : throw new InvalidDataException($"'{path}' holds no tensor; a model's file has its weights. Get it again.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static PretrainedFiles Read(GgufFile file)
    {
        var config = new GgufConfig(file);
        var files = new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = JsonText.Write(config.Config),
            [ModelFiles.GenerationConfig] = JsonText.Write(config.GenerationConfig),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(TokenizerJson(file)),
            [ModelFiles.TokenizerConfig] = JsonText.Write(TokenizerConfig(file)),
        };
        return new(new(files), [.. file.Names.Where(name => name != GgufRotaryFactors.Name).Select(name => Weight(file, config, name))]);
    }

    private static StoredTensor Weight(GgufFile file, GgufConfig config, string name)
    {
        var stored = file.Tensor(name);
        var canonical = CanonicalName(name) ?? throw new NotSupportedException(
            $"'{file.Path}' holds tensor '{name}', which is not implemented for the Llama architecture. Ignoring it could change what " +
            "the model computes.");
        var heads = name.Contains(".attn_q.", StringComparison.Ordinal) ? config.HeadCount
            : name.Contains(".attn_k.", StringComparison.Ordinal) ? config.KeyValueHeadCount
            : 0;
        if (heads == 0)
            return new RenamedTensor(stored, canonical);
        return stored.Shape[0] == (long)heads * config.HeadSize
            ? new HalvedHeadsTensor(stored, canonical, config.HeadSize)
            : throw new InvalidDataException(
                $"'{file.Path}': tensor '{name}' has {stored.Shape[0]} rows; {heads} heads of {config.HeadSize} have " +
                $"{(long)heads * config.HeadSize}.");
    }

    /// <summary>Hugging Face's name of a tensor; null if there is none.</summary>
    private static string? CanonicalName(string name)
    {
        if (WholeModelNames.TryGetValue(name, out var whole))
            return whole;
        var parts = name.Split('.');
        return parts is ["blk", var index, var layer, "weight" or "bias"] && LayerNames.TryGetValue(layer, out var layerName)
            ? $"model.layers.{index}.{layerName}.{parts[3]}"
            : null;
    }

    private static string TokenizerJson(GgufFile file)
    {
        try
        {
            return GgufTokenizer.FromMetadata(file.Metadata).Json;
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"'{file.Path}': {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{file.Path}' holds no tokenizer that can be read: {e.Message}", e);
        }
    }

    private static JsonObject TokenizerConfig(GgufFile file)
    {
        var config = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        var tokens = (string[])file.Metadata["tokenizer.ggml.tokens"];
        var settings = new GgufSettings(file);
        foreach (var (key, role) in (ReadOnlySpan<(string, string)>)[("bos", "bos"), ("eos", "eos"), ("unknown", "unk"), ("padding", "pad")])
        {
            if (settings.FindCount($"tokenizer.ggml.{key}_token_id") is { } id)
                config[$"{role}_token"] = id < tokens.Length ? tokens[id] : throw new InvalidDataException(
                    $"'{file.Path}': the {key} token has id {id}; there are {tokens.Length} tokens.");
        }

        if (settings.FindText("tokenizer.chat_template") is { } template)
            config["chat_template"] = template;
        return config;
    }
}
