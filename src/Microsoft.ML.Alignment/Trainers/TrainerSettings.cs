using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A method as the base of the trainers sees it.</summary>
/// <param name="Method">The name users know it by, e.g. <c>Dpo</c>.</param>
/// <param name="Options">What the user chose.</param>
internal sealed record TrainerSettings(string Method, TrainerOptions Options)
{
    /// <summary>Gets the name of its adapters and stages: the method's in lower case, unless it says otherwise.</summary>
    public string AdapterName { get; init; } = Method.ToLowerInvariant();

    /// <summary>Gets what is taken where an option is null and all weights train.</summary>
    public required TrainingDefaults FullDefaults { get; init; }

    /// <summary>Gets what is taken where an option is null and an adapter trains.</summary>
    public required TrainingDefaults LoraDefaults { get; init; }

    /// <summary>Gets what the policy is compared with while it trains; null, the default, is nothing.</summary>
    public ReferencePolicy? Reference { get; init; }

    /// <summary>Gets the factor of the fitted policy's implicit rewards; null where they have no meaning.</summary>
    public double? RewardScale { get; init; }

    /// <summary>How the prompts of a set are read.</summary>
    public PromptFormat FormatOf(IDataView data, LanguageModel model) =>
        AlignmentSchema.ResolveFormat(Options.PromptFormat, data.Schema, Options.PromptColumnName, model);

    /// <summary>The options with nothing left open.</summary>
    /// <param name="seed">The context's seed.</param>
    public ResolvedTraining Resolve(int seed) => Options.Training.Resolve(Options.Lora is null ? FullDefaults : LoraDefaults, seed);
}
