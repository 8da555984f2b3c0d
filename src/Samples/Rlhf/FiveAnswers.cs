using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>One question with five answers of a letter each, whose rewards are known: the best policy can be written down.</summary>
internal sealed class FiveAnswers(MLContext ml, int seed) : IDisposable
{
    /// <summary>The answers.</summary>
    public const string Letters = "abcde";

    private const string Question = "?";

    private static readonly double[] Frequencies = [0.1, 0.35, 0.25, 0.2, 0.1];
    private static readonly double[] Rewards = [1, 0.85, 0.2, 0.5, 0];

    private readonly string _folder = Directory.CreateTempSubdirectory("samples-").FullName;

    /// <summary>Gets the reward of an answer, known to whoever learns from rewards.</summary>
    public IRewardFunction Reward { get; } = RewardFunction.Of(
        "letter", (_, answer) => answer is [var letter] && Letters.Contains(letter) ? Rewards[Letters.IndexOf(letter)] : 0);

    /// <summary>Gets the question, over and over.</summary>
    public IDataView Questions { get; } = ml.Data.LoadFromEnumerable(Enumerable.Repeat(new Answer(Question, "a"), 64));

    /// <summary>Gets answers as often as the reference gives them.</summary>
    public IDataView Sayings { get; } = ml.Data.LoadFromEnumerable(
        Letters.Zip(Frequencies).SelectMany(answer => Enumerable.Repeat(new Answer(Question, $"{answer.First}"), (int)Math.Round(20 * answer.Second))));

    /// <summary>Gets all pairs, each with the probability that Bradley and Terry give it under the rewards.</summary>
    public IDataView Pairs { get; } = ml.Data.LoadFromEnumerable(
        from a in Enumerable.Range(0, Letters.Length)
        from b in Enumerable.Range(a + 1, Letters.Length - a - 1)
        select new Pair(Question, $"{Letters[a]}", $"{Letters[b]}", (float)(1 / (1 + Math.Exp(Rewards[b] - Rewards[a])))));

    /// <summary>Writes a model that knows nothing yet.</summary>
    /// <returns>Its folder.</returns>
    public string CreateModel()
    {
        var tokenizer = ModelTokenizer.FromJson(TinyTokenizer.Train([], merges: 0));
        using (var model = LanguageModel.Create(Config(tokenizer.VocabularySize), tokenizer, seed))
            model.SavePretrained(_folder);
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), TinyModel.ChatTemplate);
        return _folder;
    }

    /// <summary>What a policy does, its answers brought to a sum of 1.</summary>
    public Distribution Of(LanguageModel policy)
    {
        var answers = ml.Data.LoadFromEnumerable(Letters.Select(letter => new Answer(Question, $"{letter}")));
        return Distribution.Normalized(policy.ScoreCompletions(answers).Select(answer => Math.Exp(answer.Sum)));
    }

    /// <summary>The mean reward of a policy.</summary>
    public static double RewardOf(Distribution policy) => policy.Mean(Rewards);

    /// <summary>π_ref·exp(r/β)/Z: the best policy where a nat of KL(π ‖ π_ref) costs β.</summary>
    public static Distribution Optimum(Distribution reference, double beta) =>
        Distribution.Normalized(reference.Shares.Zip(Rewards, (share, reward) => share * Math.Exp(reward / beta)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Config(int vocabularySize) => $$"""
        {
          "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": {{vocabularySize}}, "hidden_size": 16,
          "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
          "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
          "tie_word_embeddings": false, "initializer_range": 0.02, "eos_token_id": 0, "torch_dtype": "float32"
        }
        """;

    private sealed record Answer(string Prompt, string Completion);

    private sealed record Pair(string Prompt, string Chosen, string Rejected, float ChosenProbability);
}
