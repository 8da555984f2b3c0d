using System.Text;
using System.Text.Json;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>
/// A model whose next token is a function of the last one, so that a test says what it writes: byte-level, with words of the test's as
/// tokens. Its chat template begins an answer with the token <c>[go]</c>, behind a tool's result with <c>[after]</c>.
/// </summary>
internal static class ChainModel
{
    public const string Start = "[go]";
    public const string StartAfterTool = "[after]";
    public const string End = "[end]";

    private const string Template = """
        {%- for t in tools or [] %}[tool]{{ t.function.name }}{% endfor -%}
        {%- for m in messages %}{{ m.role }}: {{ m.content }}{% if m.tool_calls %}<tool_call>{% endif %}{% endfor -%}
        {%- if add_generation_prompt %}{% if messages[-1].role == 'tool' %}[after]{% else %}[go]{% endif %}{% endif -%}
        """;

    /// <summary>A model that writes chains of tokens.</summary>
    /// <param name="chains">Each from its first token on; a text is a token as it is if it is written with brackets or is a mark of tools.</param>
    public static LanguageModel Of(params string[][] chains) => Make(Template, chains);

    /// <summary>The same without a place for tools in its template.</summary>
    public static LanguageModel WithoutTools(params string[][] chains) =>
        Make("{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}[go]{% endif %}", chains);

    /// <summary>The bytes of a text, a token each.</summary>
    public static string[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => Letter(value).ToString())];

    private static LanguageModel Make(string template, string[][] chains)
    {
        string[] words = [Start, StartAfterTool, End, .. chains.SelectMany(chain => chain).Where(token => token.Length > 1).Except([Start, StartAfterTool, End])];
        var tokens = words.Concat(Enumerable.Range(0, 256).Select(value => Letter((byte)value).ToString())).ToArray();
        var config = Config(tokens.Length);
        var weights = RandomWeights.Make(ModelConfig.Parse(config, null), 1);
        var next = chains.SelectMany(chain => chain.Zip(chain.Skip(1).Append(End)))
            .ToDictionary(step => Array.IndexOf(tokens, step.First), step => Array.IndexOf(tokens, step.Second));
        var files = new ModelFiles(new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = Encoding.UTF8.GetBytes(config),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(Tokenizer(words, tokens)),
            [ModelFiles.ChatTemplate] = Encoding.UTF8.GetBytes(template),
        });
        return LanguageModel.Load(files, [.. weights.Select(weight => new MemoryTensor(weight.Key, Rigged(weight.Key, weight.Value, next)))], "folder/chain");
    }

    // Layers add nothing, embeddings are units, and the head has a one where the next token is.
    private static Tensor Rigged(string name, Tensor weight, Dictionary<int, int> next)
    {
        if (name.Contains("embed_tokens", StringComparison.Ordinal))
            return eye(weight.shape[0]);
        if (!name.Contains("lm_head", StringComparison.Ordinal))
            return name.Contains("norm", StringComparison.Ordinal) ? weight : zeros(weight.shape);
        var head = zeros(weight.shape);
        for (var token = 0; token < weight.shape[1]; token++)
            head[next.GetValueOrDefault(token, 2), token] = 10f;
        return head;
    }

    private static string Config(int size) => $$"""
        {"model_type": "llama", "vocab_size": {{size}}, "hidden_size": {{size}}, "intermediate_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1,
         "num_key_value_heads": 1, "head_dim": 4, "max_position_embeddings": 200, "rms_norm_eps": 1e-5, "tie_word_embeddings": false,
         "bos_token_id": 0, "eos_token_id": 2, "rope_theta": 10000.0}
        """;

    private static string Tokenizer(string[] words, string[] tokens) => JsonSerializer.Serialize(new
    {
        version = "1.0",
        added_tokens = words.Select((content, id) => new
        {
            id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = content is Start or StartAfterTool or End,
        }),
        pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
        decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
        model = new { type = "BPE", vocab = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id), merges = Array.Empty<string>() },
    });

    private static char Letter(byte value) => Enumerable.Range(0, 0x180).Select(code => (char)code).First(letter => ByteAlphabet.ByteOf(letter) == value);
}
