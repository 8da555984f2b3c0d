using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Verbs;

namespace Samples.Compare;

/// <summary>What all methods share.</summary>
internal sealed record MethodSettings(AlignmentCatalog Align, DrillSettings Drill, bool IsTiny, MethodOverrides Overrides)
{
    /// <summary>The most tokens of an answer that is written in training; no right one needs all of them.</summary>
    public const int MostTokens = 24;

    /// <summary>The method that is made.</summary>
    public string Key { get; init; } = MethodOverrides.SftKey;

    /// <summary>Right answers against wrong ones.</summary>
    public required IDataView Pairs { get; init; }

    /// <summary>The pairs as single completions, each right or wrong: two rows a pair.</summary>
    public required IDataView Feedback { get; init; }

    /// <summary>The same, each completion of a prompt once.</summary>
    public required IDataView DistinctFeedback { get; init; }

    /// <summary>Neighbours in the order of forms, those of regular verbs twice.</summary>
    public required IDataView Neighbours { get; init; }

    public AlignmentCatalog.TrainerCatalog Trainers => Align.Trainers;

    /// <summary>How policies answer.</summary>
    public GenerationOptions Answers { get; } = new() { MaxNewTokens = 32 };

    /// <summary>Passes over the pairs.</summary>
    public int Epochs => Drill.Dpo.Epochs ?? 1;

    /// <summary>The stage that most methods start from.</summary>
    public SftTrainer Sft(IDataView instructions) => Trainers.Sft(
        Overrides.Apply(
            MethodOverrides.SftKey, new SftTrainer.Options { Lora = Drill.Lora, Training = Drill.SftBeforeOthers, Generation = Answers }),
        instructions);

    /// <summary>A reward model that also orders answers about verbs which it has not seen: the tiny one trains long, held by dropout.</summary>
    public RewardModelTrainer.Options RewardModel => new()
    {
        Lora = Drill.Lora with { Dropout = IsTiny ? 0.2 : 0.05 },
        Training = IsTiny ? Drill.RewardModel with { Epochs = 4 } : Drill.RewardModel,
    };

    /// <summary>Options of a method that writes answers itself: a number of steps of some questions each, where the others have passes.</summary>
    /// <param name="options">What is the method's own.</param>
    /// <param name="rate">Learning rate on a real model.</param>
    /// <param name="tiny">Learning rate on the tiny model.</param>
    public T WithSteps<T>(T options, double rate, double tiny)
        where T : OnPolicyTrainerOptions
    {
        OnPolicyTrainerOptions own = options;
        var steps = Drill with { Dpo = Drill.Dpo with { BatchSize = IsTiny ? 8 : 4, MaxSteps = 40 } };
        return (this with { Drill = steps }).With((T)(own with { MaxCompletionTokens = MostTokens }), rate, tiny);
    }

    /// <summary>A method's options with all that the methods share, and with what the user said of it.</summary>
    /// <param name="options">What is the method's own.</param>
    /// <param name="rate">Learning rate on a real model.</param>
    /// <param name="tiny">Learning rate on the tiny model.</param>
    public T With<T>(T options, double rate, double tiny)
        where T : PolicyTrainerOptions
    {
        PolicyTrainerOptions shared = options;
        var training = Drill.Dpo with { LearningRate = IsTiny ? tiny : rate };
        return Overrides.Apply(Key, (T)(shared with { Lora = Drill.Lora, Training = training, Generation = Answers }));
    }
}
