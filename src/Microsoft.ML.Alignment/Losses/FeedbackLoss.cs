namespace Microsoft.ML.Alignment.Losses;

/// <summary>What every loss on single labelled completions returns, one entry a completion.</summary>
/// <param name="Loss">Loss to minimise, attached to the graph. Shape <c>[B]</c>.</param>
/// <param name="Reward">Implicit reward of the completion, β (log π − log π_ref), detached. Shape <c>[B]</c>.</param>
internal readonly record struct FeedbackLoss(Tensor Loss, Tensor Reward);
