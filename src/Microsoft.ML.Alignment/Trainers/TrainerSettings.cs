using System.Text.Json;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>What the options of all trainers have.</summary>
internal interface ITrainerOptions
{
    PromptFormat PromptFormat { get; }

    TrainingOptions Training { get; }

    /// <summary>Gets the adapter to train; null trains all weights.</summary>
    LoraOptions? Lora { get; }

    /// <summary>Gets how the fitted model writes completions; null where it writes none.</summary>
    GenerationOptions? Generation => null;

    /// <summary>Gets the model to start from instead of the one upstream.</summary>
    LanguageModel? InitialModel { get; }
}

/// <summary>A method as the base of the trainers sees it.</summary>
/// <param name="Method">The name users know it by, e.g. <c>Dpo</c>.</param>
/// <param name="AdapterName">The name of its adapters and stages, e.g. <c>dpo</c>.</param>
internal sealed record TrainerSettings(string Method, string AdapterName)
{
    /// <summary>Gets the text columns, of training and of scoring.</summary>
    public required StageColumns Columns { get; init; }

    /// <summary>Gets what is taken where an option is null and all weights train.</summary>
    public required TrainingDefaults FullDefaults { get; init; }

    /// <summary>Gets what is taken where an option is null and an adapter trains.</summary>
    public required TrainingDefaults LoraDefaults { get; init; }

    /// <summary>Gets what the user chose.</summary>
    public required ITrainerOptions Options { get; init; }

    /// <summary>Gets the same as it is saved.</summary>
    public required JsonElement SavedOptions { get; init; }

    /// <summary>The options with nothing left open.</summary>
    /// <param name="seed">The context's seed.</param>
    public ResolvedTraining Resolve(int seed) => Options.Training.Resolve(Options.Lora is null ? FullDefaults : LoraDefaults, seed);
}
