using Microsoft.ML.Alignment;

namespace Samples.Rlhf;

/// <summary>
/// How the samples of reinforcement learning train. Those of the tiny model were chosen on held-out training verbs (docs/decisions.md); those of a
/// real one follow them and the drill, and are not tuned.
/// </summary>
internal static class RlhfSettings
{
    // Of a real model, where nothing else is asked for: a third of an epoch of labels, and ten rounds of PPO. They keep the sample short.
    private const int ShortSteps = 55;
    private const int PpoSteps = 40;

    // Fewer at once than training has by default, so that policy, critic and reward model of a real size stay below 3 GB together.
    private const int FewTokens = 320;

    /// <summary>Tokens that no answer needs all of.</summary>
    public const int MostTokens = 32;

    /// <summary>A short SFT stage, which a policy is to start from: it knows how answers look, and not yet what is right.</summary>
    public static SftTrainer.Options Start(Lesson lesson) =>
        lesson.Sft with { Training = Limited(lesson, lesson.Sft.Training with { LearningRate = lesson.Choose(tiny: 5e-4, real: 1e-3) }, ShortSteps) };

    /// <summary>Imitation after which most is right and what is wrong is still said now and then.</summary>
    public static SftTrainer.Options Known(Lesson lesson) =>
        lesson.Sft with { Training = lesson.Sft.Training with { LearningRate = lesson.Choose(tiny: 2e-3, real: 1e-3) } };

    /// <summary>Imitation for as long as it helps.</summary>
    public static SftTrainer.Options Long(Lesson lesson) => lesson.Sft with
    {
        Training = lesson.Sft.Training with { LearningRate = lesson.Choose(tiny: 2e-3, real: 1e-3), Epochs = lesson.Choose(tiny: 2, real: 1) },
    };

    /// <summary>A reward model that also orders verbs which it has not seen: long training, held by dropout.</summary>
    /// <param name="lesson">The lesson.</param>
    /// <param name="passes">Passes over the labels of the tiny model: with fewer there is more that it is wrong about.</param>
    public static RewardModelTrainer.Options RewardModel(Lesson lesson, int passes = 8) => new()
    {
        Lora = lesson.Lora with { Dropout = lesson.Choose(tiny: 0.2, real: 0.05) },
        Training = Small(lesson, lesson.Training(tiny: 2e-3, real: 2e-4) with { Epochs = lesson.Choose(tiny: passes, real: 1) }),
    };

    /// <summary>PPO, four completions a prompt.</summary>
    /// <param name="lesson">The lesson.</param>
    /// <param name="penalty">What holds it; null for nothing.</param>
    public static PpoTrainer.Options Ppo(Lesson lesson, KLPenalty.InReward? penalty) => new()
    {
        Lora = lesson.Lora,
        GroupSize = 4,
        MiniBatches = 2,
        Passes = 2,
        Penalty = penalty,
        ScoreNormalization = ScoreNormalization.Incoming, // a nat costs the same whatever units the rewards have
        MissingEndPenalty = 1,
        MaxCompletionTokens = MostTokens,
        Training = Small(lesson, Limited(lesson, lesson.Training(tiny: 2e-3, real: 1e-4) with { Epochs = lesson.Choose(tiny: 4, real: 1) }, PpoSteps)),
        Generation = lesson.Answers,
    };

    /// <summary>
    /// A price of a nat that is controlled towards a target. It begins high: the divergence comes to its target from below, where a low price lets the
    /// policy run past it before the control has seen it move.
    /// </summary>
    public static KLPenalty.InReward Controlled(Lesson lesson, double target) => new()
    {
        Coefficient = lesson.Choose(tiny: 0.6, real: 0.1),
        Target = target,
        Horizon = 300,
    };

    /// <summary>Long enough to find what a flawed reward pays for, with a look at held-out verbs every few steps.</summary>
    public static TrainingOptions Hacking(Lesson lesson) => lesson.Training(tiny: 2e-3, real: 2e-4) with
    {
        Epochs = lesson.Choose(tiny: 3, real: 1),
        EvaluateEverySteps = 6,
    };

    /// <summary>PPO for half as long, at a price.</summary>
    public static PpoTrainer.Options Sweep(Lesson lesson, double beta)
    {
        var ppo = Ppo(lesson, new() { Coefficient = beta });
        return ppo with { Training = ppo.Training with { Epochs = lesson.Choose(tiny: 2, real: 1) } };
    }

    /// <summary>DPO that goes as far as its price lets it.</summary>
    public static TrainingOptions SweepOfPairs(Lesson lesson) => lesson.Training(tiny: 2e-3, real: 1e-4) with { Epochs = 1 };

    private static TrainingOptions Limited(Lesson lesson, TrainingOptions training, int realSteps) =>
        training with { MaxSteps = training.MaxSteps ?? lesson.Choose<int?>(null, realSteps) };

    private static TrainingOptions Small(Lesson lesson, TrainingOptions training) =>
        training with { MicroBatchTokens = lesson.Choose(tiny: training.MicroBatchTokens, real: FewTokens) };
}
