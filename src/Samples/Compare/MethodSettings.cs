using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>What all methods share.</summary>
internal sealed class MethodSettings(AlignmentCatalog.TrainerCatalog trainers, DrillSettings drill, bool isTiny)
{
    public AlignmentCatalog.TrainerCatalog Trainers => trainers;

    /// <summary>Whether the model is the tiny one.</summary>
    public bool IsTiny => isTiny;

    /// <summary>The pairs as single completions, each right or wrong: two rows a pair.</summary>
    public required IDataView Feedback { get; init; }

    /// <summary>The same, each completion of a prompt once.</summary>
    public required IDataView DistinctFeedback { get; init; }

    public LoraOptions Lora => drill.Lora;

    /// <summary>How policies answer.</summary>
    public GenerationOptions Answers { get; } = new() { MaxNewTokens = 32 };

    /// <summary>Passes over the pairs.</summary>
    public int Epochs => drill.Dpo.Epochs ?? 1;

    // The tiny model is trained half as long and at half the rate, so that something is left for the methods to improve; a real one is
    // trained until held-out verbs gain no more, so that what the methods add is not what SFT left undone.
    private TrainingOptions SftTraining => IsTiny
        ? drill.Sft with { Epochs = 1, LearningRate = drill.Sft.LearningRate / 2 }
        : drill.Sft with { LearningRate = 1e-3, BatchSize = 4 };

    /// <summary>The stage that most methods start from.</summary>
    public SftTrainer Sft(IDataView instructions) =>
        trainers.Sft(new() { Lora = Lora, Training = SftTraining, Generation = Answers }, instructions);

    /// <summary>A method's options with all that the methods share.</summary>
    /// <param name="options">What is the method's own.</param>
    /// <param name="rate">Learning rate on a real model.</param>
    /// <param name="tiny">Learning rate on the tiny model.</param>
    public T With<T>(T options, double rate, double tiny)
        where T : PolicyTrainerOptions
    {
        PolicyTrainerOptions shared = options;
        return (T)(shared with { Lora = Lora, Training = drill.Dpo with { LearningRate = IsTiny ? tiny : rate }, Generation = Answers });
    }
}
