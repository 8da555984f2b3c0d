namespace Microsoft.ML.Alignment.Losses;

/// <summary>What every pairwise preference loss returns, one entry a pair.</summary>
/// <param name="Loss">Loss to minimise, attached to the graph. Shape <c>[B]</c>.</param>
/// <param name="ChosenReward">Implicit reward of the chosen completion, detached. Shape <c>[B]</c>.</param>
/// <param name="RejectedReward">Implicit reward of the rejected completion, detached. Shape <c>[B]</c>.</param>
internal readonly record struct PreferenceLoss(Tensor Loss, Tensor ChosenReward, Tensor RejectedReward);
