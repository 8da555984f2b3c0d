namespace Microsoft.ML.Alignment.Losses;

/// <summary>How much completions of each kind count in a loss.</summary>
/// <param name="Desirable">λ_D; 0 or more.</param>
/// <param name="Undesirable">λ_U; 0 or more.</param>
internal readonly record struct FeedbackWeights(double Desirable, double Undesirable);
