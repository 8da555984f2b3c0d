using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A small run of each on-policy method.</summary>
internal static class OnPolicyRun
{
    /// <summary>The share of letters that are an "e": nothing that the model has in mind.</summary>
    public static readonly IRewardFunction SaysE = RewardFunction.Of(
        "e", (_, completion) => completion.Length == 0 ? 0 : completion.Count(letter => letter == 'e') / (double)completion.Length);

    private static readonly LoraOptions SmallLora = new() { Rank = 4, Alpha = 8 };

    public static GrpoTrainer.Options Grpo => Common(new GrpoTrainer.Options { GroupSize = 3, Advantages = AdvantageKind.Unscaled });

    public static RlooTrainer.Options Rloo => Common(new RlooTrainer.Options { GroupSize = 3 });

    public static PpoTrainer.Options Ppo => Common(new PpoTrainer.Options { GroupSize = 2 });

    /// <summary>Fits the method named, after a reward model for PPO.</summary>
    public static TransformerChain<PolicyTransformer> Fit(string method, AlignmentRun? run = null)
    {
        var context = new MLContext(seed: 5);
        var (align, pairs) = (context.Alignment(run), AlignedChain.ViewOfPairs(context));
        var start = align.BaseModel(AlignedChain.BasePath);
        return method switch
        {
            "Grpo" => start.Append(align.Trainers.Grpo(Grpo)).Fit(pairs),
            "Rloo" => start.Append(align.Trainers.Rloo(Rloo)).Fit(pairs),
            _ => start.Append(align.Trainers.RewardModel(AlignedChain.RewardModelOptions)).Append(align.Trainers.Ppo(Ppo)).Fit(pairs),
        };
    }

    // Rounds of four prompts and of one: optimizer steps of two prompts at most, each twice.
    private static T Common<T>(T options)
        where T : OnPolicyTrainerOptions => (T)(options with
        {
            Rewards = options is PpoTrainer.Options ? [] : [SaysE],
            MaxCompletionTokens = 8,
            MiniBatches = 2,
            Passes = 2,
            Temperature = 0.9,
            EntropyCoefficient = 0.01,
            Lora = SmallLora,
            Training = new() { MaxSteps = 8, BatchSize = 2, LearningRate = 3e-3 },
            Generation = new() { MaxNewTokens = 5 },
        });
}
