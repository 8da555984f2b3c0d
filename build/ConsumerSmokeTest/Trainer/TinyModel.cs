using System.Text.Json;

namespace Trainer;

/// <summary>The files of a model of a few thousand weights that reads single characters.</summary>
internal static class TinyModel
{
    private const string EndToken = "<|end|>";

    public const string Config = """
        {
          "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 97, "hidden_size": 16, "intermediate_size": 24,
          "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
          "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.02, "eos_token_id": 0,
          "torch_dtype": "float32"
        }
        """;

    /// <summary>A byte-level tokenizer without merges over printable ASCII; Ġ and Ċ stand for space and newline.</summary>
    public static string TokenizerJson()
    {
        var characters = Enumerable.Range('!', '~' - '!' + 1).Select(c => ((char)c).ToString()).Append("Ġ").Append("Ċ");
        var vocabulary = characters.Prepend(EndToken).Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[]
            {
                new { id = 0, content = EndToken, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true },
            },
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string>() },
        });
    }
}
