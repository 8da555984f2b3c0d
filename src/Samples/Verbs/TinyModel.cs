using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Verbs;

/// <summary>A model made from nothing but this program: pretrained on sloppy verb text, so that it often says "goed".</summary>
internal sealed class TinyModel : IDisposable
{
    private const int Merges = 240;

    /// <summary>Turns between marks, each with an end token.</summary>
    public const string ChatTemplate =
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    /// <summary>Matrices this small gain nothing from a second thread.</summary>
    public static AlignmentRuntimeOptions Runtime { get; } = new() { Threads = 1 };

    private readonly string _workspace = Directory.CreateTempSubdirectory("samples-").FullName;

    private TinyModel()
    {
    }

    /// <summary>The folder of the pretrained model.</summary>
    public string Folder => Path.Combine(_workspace, "pretrained");

    /// <summary>Makes and pretrains the model; the caller disposes it, which removes its folder.</summary>
    public static TinyModel Pretrain(MLContext ml, AlignmentCatalog align, IReadOnlyList<Verb> verbs, int seed)
    {
        Console.WriteLine("A tiny model is pretrained on sloppy verb text.");
        var tiny = new TinyModel();
        tiny.Pretrain(ml, align, SloppyText.Write(verbs, seed), seed, tiny.Folder);
        return tiny;
    }

    /// <summary>Makes and pretrains the model in a folder that stays, unless it is there already.</summary>
    /// <returns>The folder, <c>out/tiny-…</c>; another text, size or seed has another folder.</returns>
    public static string Keep(MLContext ml, AlignmentCatalog align, IReadOnlyList<Verb> verbs, int seed)
    {
        var text = SloppyText.Write(verbs, seed);
        var folder = Path.Combine("out", $"tiny-{KeyOf(text, seed)}");
        if (Directory.Exists(folder))
            return folder;
        Console.WriteLine($"A tiny model is pretrained on sloppy verb text, once: it stays in {folder}.");
        using var tiny = new TinyModel();
        tiny.Pretrain(ml, align, text, seed, folder);
        return folder;
    }

    private static string KeyOf(IReadOnlyList<Instruction> text, int seed)
    {
        string[] settings = [Config(vocabularySize: 0), ChatTemplate, AlignmentOptions.ToJson(Pretraining(seed))];
        var made = string.Join('\n', [.. settings, .. text.Select(row => row.ToString())]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(made)))[..8];
    }

    private static TrainingOptions Pretraining(int seed) => new()
    {
        LearningRate = 3e-3,
        Epochs = 1,
        BatchSize = 32,
        WarmupRatio = 0.05,
        Schedule = LearningRateSchedule.Cosine,
        Shuffle = false,
        Seed = seed,
    };

    private void Pretrain(MLContext ml, AlignmentCatalog align, IReadOnlyList<Instruction> text, int seed, string folder)
    {
        var sft = align.Trainers.Sft(new() { Training = Pretraining(seed) });
        using var pretrained = align.BaseModel(CreateFresh(text, seed)).Append(sft).Fit(ml.Data.LoadFromEnumerable(text));
        pretrained.LastTransformer.Model.SavePretrained(folder);
    }

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    private string CreateFresh(IReadOnlyList<Instruction> text, int seed)
    {
        var tokenizer = ModelTokenizer.FromJson(TinyTokenizer.Train(text.SelectMany(row => new[] { row.Prompt, row.Completion }), Merges));
        var folder = Path.Combine(_workspace, "fresh");
        using (var model = LanguageModel.Create(Config(tokenizer.VocabularySize), tokenizer, seed))
            model.SavePretrained(folder);
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), ChatTemplate);
        return folder;
    }

    private static string Config(int vocabularySize) => $$"""
        {
          "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": {{vocabularySize}}, "hidden_size": 128,
          "intermediate_size": 384, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 4,
          "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
          "tie_word_embeddings": true, "initializer_range": 0.02, "eos_token_id": 0, "torch_dtype": "float32"
        }
        """;
}
