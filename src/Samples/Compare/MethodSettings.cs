using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>What all methods share.</summary>
internal sealed class MethodSettings(AlignmentCatalog.TrainerCatalog trainers, DrillSettings drill, bool isTiny)
{
    public AlignmentCatalog.TrainerCatalog Trainers => trainers;

    public LoraOptions Lora => drill.Lora;

    /// <summary>How policies answer.</summary>
    public GenerationOptions Answers { get; } = new() { MaxNewTokens = 32 };

    /// <summary>Passes over the pairs.</summary>
    public int Epochs => drill.Dpo.Epochs ?? 1;

    /// <summary>The stage that most methods start from.</summary>
    public SftTrainer Sft(IDataView instructions) => trainers.Sft(new() { Lora = Lora, Training = drill.Sft, Generation = Answers }, instructions);

    /// <summary>How a method trains.</summary>
    /// <param name="rate">Learning rate on a real model.</param>
    /// <param name="tiny">Learning rate on the tiny model.</param>
    public TrainingOptions At(double rate, double tiny) => drill.Dpo with { LearningRate = isTiny ? tiny : rate };
}
