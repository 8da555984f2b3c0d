using System.Text.Json;
using Samples.Verbs;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Saving;

/// <summary>What the file gives for a row.</summary>
public sealed class FormatOneOutput
{
    public string Policy { get; set; } = "";

    public string RewardModel { get; set; } = "";

    public string GeneratedCompletion { get; set; } = "";

    public float Reward { get; set; }

    public float ChosenReward { get; set; }

    public float RejectedReward { get; set; }

    public float RewardMargin { get; set; }

    public float ChosenImplicitReward { get; set; }

    public float RejectedImplicitReward { get; set; }

    public float ImplicitRewardMargin { get; set; }
}

/// <summary>A row with all the text columns.</summary>
public sealed class FormatOneRow
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";

    public string Completion { get; set; } = "";
}

/// <summary>
/// A saved chain of a bfloat16 base with a chat template, SFT, reward model and DPO, each with an adapter, and what it gives.
/// </summary>
internal static class FormatOneFile
{
    private const string Template =
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
    private static readonly GenerationOptions FewTokens = new() { MaxNewTokens = 8 };

    public static string ZipPath => TestFiles.Golden("saved/v1.zip");

    public static FormatOneRow[] Rows { get; } =
    [
        new() { Prompt = "go", Chosen = "went", Rejected = "goed", Completion = "wented" },
        new() { Prompt = "see", Chosen = "saw", Rejected = "seed", Completion = "sawed" },
        new() { Prompt = "buy", Chosen = "bought", Rejected = "buyed", Completion = "boughted" },
        new() { Prompt = "fall", Chosen = "fell", Rejected = "falled", Completion = "felled" },
        new() { Prompt = "Does <|end|> end a turn? äöü €", Chosen = "no", Rejected = "yes<|user|>", Completion = "perhaps" },
    ];

    private static string OutputsPath => TestFiles.Golden("saved/v1.json");

    public static FormatOneOutput[] ReadOutputs() => JsonSerializer.Deserialize<FormatOneOutput[]>(File.ReadAllText(OutputsPath))!;

    public static void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ZipPath)!);
        using var folder = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var align = ml.Alignment();
        var rows = ml.Data.LoadFromEnumerable(Rows);
        using (var trained = align.BaseModel(CreateFresh(folder)).Append(align.Trainers.Sft(new() { Training = Training(300, 1e-2) })).Fit(rows))
            trained.LastTransformer.Model.SavePretrained(folder["tiny"]);
        var lora = new LoraOptions { Rank = 2, Alpha = 4 };
        using var fitted = align.BaseModel(folder["tiny"], new() { Generation = FewTokens })
            .Append(align.Trainers.Sft(new() { Lora = lora, Training = Training(20, 3e-3), Generation = FewTokens }))
            .Append(align.Trainers.RewardModel(new() { Lora = lora, Training = Training(20, 1e-2) }))
            .Append(align.Trainers.Dpo(new() { Lora = lora, Training = Training(20, 3e-3), Generation = FewTokens, Beta = 0.3 }))
            .Fit(rows);
        ml.Model.Save(fitted, rows.Schema, ZipPath);
        var outputs = ml.Data.CreateEnumerable<FormatOneOutput>(fitted.Transform(rows), reuseRowObject: false);
        File.WriteAllText(OutputsPath, JsonSerializer.Serialize(outputs, Json) + "\n");
    }

    private static TrainingOptions Training(int steps, double learningRate) => new() { MaxSteps = steps, LearningRate = learningRate };

    private static string CreateFresh(TemporaryFolder folder)
    {
        var tokenizer = ModelTokenizer.FromJson(TinyTokenizer.Train(Rows.SelectMany(row => new[] { row.Prompt, row.Chosen, row.Rejected }), merges: 20));
        using (var model = LanguageModel.Create(Config(tokenizer.VocabularySize), tokenizer, seed: 1))
            model.SavePretrained(folder["fresh"]);
        File.WriteAllText(Path.Combine(folder["fresh"], "chat_template.jinja"), Template);
        return folder["fresh"];
    }

    private static string Config(int vocabularySize) => $$"""
        {
          "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": {{vocabularySize}}, "hidden_size": 16,
          "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 96,
          "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true, "initializer_range": 0.2,
          "eos_token_id": 0, "torch_dtype": "bfloat16"
        }
        """;
}
