namespace Microsoft.ML.Alignment.Losses;

/// <summary>What every pairwise preference loss returns, one entry a pair.</summary>
/// <param name="Loss">Loss to minimise, attached to the graph. Shape <c>[B]</c>.</param>
/// <param name="ChosenReward">Implicit reward of the chosen completion, detached. Shape <c>[B]</c>.</param>
/// <param name="RejectedReward">Implicit reward of the rejected completion, detached. Shape <c>[B]</c>.</param>
internal readonly record struct PreferenceLoss(Tensor Loss, Tensor ChosenReward, Tensor RejectedReward)
{
    /// <summary>Gets what the method reports beside loss and rewards.</summary>
    public IReadOnlyList<PairDetail> Details { get; init; } = [];
}

/// <summary>A quantity of pairs to report.</summary>
/// <param name="Name">TRL's name, e.g. <c>log_odds_chosen</c>.</param>
/// <param name="Values">Detached. Shape <c>[B]</c>.</param>
internal readonly record struct PairDetail(string Name, Tensor Values);
