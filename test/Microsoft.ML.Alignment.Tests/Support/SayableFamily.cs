using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The tiny golden models with a tokenizer and a chat template, and with settings that GGUF files of their family can say.</summary>
internal static class SayableFamily
{
    /// <summary>The marker of the end of a turn, and of its start.</summary>
    public const string End = "<end>", Start = "<start>";

    private const string Template =
        "{% for message in messages %}<start>{{ message['role'] + '\\n' + message['content'] }}<end>\n{% endfor %}{% if add_generation_prompt %}<start>assistant\n{% endif %}";

    /// <summary>The names of the models, one a family or a scaling.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "llama", "llama-bias", "llama-tied", "llama-rope-linear", "llama-rope-yarn", "llama3-rope", "mistral", "qwen2", "qwen3", "smollm3", "phi3", "gemma2",
        "gemma3", "olmo2", "granite", "gpt2",
    ];

    /// <summary>A model.</summary>
    /// <param name="name">Its folder.</param>
    /// <param name="asItIs">Whether settings stay that such files cannot say.</param>
    /// <param name="template">Its chat template.</param>
    public static LanguageModel Load(string name, bool asItIs = false, string template = Template)
    {
        var config = JsonNode.Parse(Golden.Text($"models/{name}/config.json"))!.AsObject();
        if (!asItIs)
            MakeSayable(config);
        var files = new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = Encoding.UTF8.GetBytes(config.ToJsonString()),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(Tokenizer()),
            [ModelFiles.TokenizerConfig] = JsonSerializer.SerializeToUtf8Bytes(new { eos_token = End, chat_template = template }),
        };
        // llama.cpp expects tokens of their own in files whose name is that of Phi 3.
        return LanguageModel.Load(new(files), TestModels.Weights(Golden.Path($"models/{name}")), "tiny");
    }

    // Which layers do not turn and what scores are divided by is known of released models only.
    private static void MakeSayable(JsonObject config)
    {
        config.Remove("no_rope_layers");
        config.Remove("no_rope_layer_interval");
        if (config.ContainsKey("query_pre_attn_scalar"))
            config["query_pre_attn_scalar"] = config["head_dim"]!.GetValue<int>();
        if (config["model_type"]!.GetValue<string>() is "mistral" or "phi3")
            config["sliding_window"] = null;
    }

    /// <summary>A byte-level tokenizer of fewer than 211 tokens, which is the vocabulary of the tiny models.</summary>
    public static string Tokenizer()
    {
        string[] letters = [.. Enumerable.Range(33, 94).Select(code => ((char)code).ToString()), "Ġ", "Ċ"];
        string[][] merges = [["t", "h"], ["th", "e"], ["Ġ", "a"], ["i", "n"], ["Ġ", "the"], ["o", "r"], ["e", "r"], ["Ġ", "t"], ["Ġt", "o"], ["e", "n"]];
        string[] added = ["<none>", Start, End];
        var tokens = added.Concat(letters).Concat(merges.Select(merge => string.Concat(merge))).ToArray();
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = added.Select((token, id) => new { id, content = token, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            normalizer = (object?)null,
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new
            {
                type = "BPE", unk_token = (string?)null, fuse_unk = false, byte_fallback = false, ignore_merges = false,
                vocab = tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id),
                merges,
            },
        });
    }
}
