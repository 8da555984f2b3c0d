using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A model while it trains.</summary>
/// <param name="Model">The model that trains.</param>
/// <param name="Incoming">The policy that came in: a policy trainer's reference.</param>
/// <param name="Training">How it trains.</param>
internal sealed record TrainedModel(LanguageModel Model, LanguageModel Incoming, ResolvedTraining Training);
