using Microsoft.ML.Alignment;

namespace Samples.Verbs;

/// <summary>How the stages of the verb pipeline train; chosen on verbs that the tables do not show (docs/decisions.md).</summary>
internal sealed record DrillSettings
{
    public required LoraOptions Lora { get; init; }

    public required TrainingOptions Sft { get; init; }

    public required TrainingOptions RewardModel { get; init; }

    public required TrainingOptions Dpo { get; init; }

    /// <summary>DPO's pull towards its reference.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Weight of the right answers' own likelihood beside DPO, so that it does not fall with that of the wrong ones.</summary>
    public double SftWeight { get; init; } = 1;

    /// <summary>How SFT trains before a method of preferences that is to be shown or compared.</summary>
    public required TrainingOptions SftBeforeOthers { get; init; }

    /// <summary>What suits a model: the tiny one where there is no path.</summary>
    public static DrillSettings Of(string? modelPath, int seed) => modelPath is null ? ForTinyModel(seed) : ForRealModel(seed);

    public static DrillSettings ForRealModel(int seed)
    {
        var training = new TrainingOptions { BatchSize = 8, Epochs = 1, Seed = seed, Precision = Precision.BFloat16 };
        var sft = training with { LearningRate = 1e-3, BatchSize = 4 };
        return new()
        {
            Lora = new() { Rank = 16, Alpha = 32 },
            Sft = sft,
            SftBeforeOthers = sft,
            RewardModel = training with { LearningRate = 2e-4 },
            Dpo = training with { LearningRate = 2e-5 },
        };
    }

    public static DrillSettings ForTinyModel(int seed)
    {
        var training = new TrainingOptions { BatchSize = 16, Epochs = 2, Seed = seed };
        return new()
        {
            Lora = new() { Rank = 8, Alpha = 16 },
            Sft = training with { LearningRate = 2e-3 },
            // Half as long and at half the rate, so that something is left for the next stage to improve.
            SftBeforeOthers = training with { LearningRate = 1e-3, Epochs = 1 },
            RewardModel = training with { LearningRate = 2e-3 },
            Dpo = training with { LearningRate = 5e-4 },
        };
    }
}
