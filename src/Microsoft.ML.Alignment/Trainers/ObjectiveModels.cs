using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>What an objective of pairs is made of.</summary>
/// <param name="Model">The model that trains, or the same without dropout, to be measured.</param>
/// <param name="Reference">What it is compared with; null for nothing.</param>
/// <param name="Precision">Precision of the matrix products.</param>
internal readonly record struct ObjectiveModels(LanguageModel Model, LanguageModel? Reference, Precision Precision);
