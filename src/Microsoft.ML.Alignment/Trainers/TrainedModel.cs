using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A model while it trains.</summary>
/// <param name="Model">The model that trains.</param>
/// <param name="Incoming">The policy that came in.</param>
/// <param name="Training">How it trains.</param>
internal sealed record TrainedModel(LanguageModel Model, LanguageModel Incoming, ResolvedTraining Training)
{
    /// <summary>Gets what the model is compared with while it trains. It begins as the policy that came in.</summary>
    public LanguageModel Reference { get; init; } = Incoming;

    /// <summary>Gets what the method carries from step to step, of one run for training and validation; null for nothing.</summary>
    public IStepHook? Carried { get; init; }
}
