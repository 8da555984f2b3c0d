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

    /// <summary>Gets the factor of the fitted policy's implicit rewards; null for a method without a reference.</summary>
    public double? Beta { get; init; }

    /// <summary>Gets what the policy is compared with while it trains; a method without a reference leaves it as it is.</summary>
    public ReferencePolicy Reference { get; init; } = new ReferencePolicy.Incoming();

    /// <summary>The options with nothing left open.</summary>
    /// <param name="seed">The context's seed.</param>
    public ResolvedTraining Resolve(int seed) => Options.Training.Resolve(Options.Lora is null ? FullDefaults : LoraDefaults, seed);
}
