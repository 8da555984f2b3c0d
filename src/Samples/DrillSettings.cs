using Microsoft.ML.Alignment;

namespace Samples;

/// <summary>How the stages of the verb pipeline train; chosen on the dev verbs.</summary>
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

    /// <summary>What suits the model of a run.</summary>
    public static DrillSettings Of(RunCommand command) => command.ModelPath is null ? ForTinyModel(command.Seed) : ForRealModel(command.Seed);

    public static DrillSettings ForRealModel(int seed)
    {
        var training = new TrainingOptions { BatchSize = 8, Epochs = 1, Seed = seed, Precision = Precision.BFloat16 };
        return new()
        {
            Lora = new() { Rank = 16, Alpha = 32 },
            Sft = training with { LearningRate = 5e-4 },
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
            RewardModel = training with { LearningRate = 2e-3 },
            Dpo = training with { LearningRate = 5e-4 },
        };
    }
}
