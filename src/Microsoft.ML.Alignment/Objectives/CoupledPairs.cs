using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// A loss that couples the pairs of an optimizer step, split exactly over its micro-batches: the loss of all log-probabilities is computed
/// once, and each micro-batch takes its value's share and the gradient by its own log-probabilities (as in Gao et al., 2021, "Scaling deep
/// contrastive learning batch size under memory limited setup", arXiv:2101.06983, sec. 3).
/// </summary>
internal static class CoupledPairs
{
    /// <summary>Log-probabilities of one micro-batch, constants.</summary>
    internal readonly record struct Part(TokenBatch Batch, PairLogProbs Policy, PairLogProbs Reference);

    /// <summary>The loss of each micro-batch by its policy's log-probabilities; its tensors are in the caller's dispose scope.</summary>
    /// <param name="parts">This rank's micro-batches.</param>
    /// <param name="loss">The loss of all pairs of the step.</param>
    /// <param name="all">The ranks that share the step.</param>
    public static IReadOnlyDictionary<TokenBatch, Func<PairLogProbs, PreferenceLoss>> Split(
        IReadOnlyList<Part> parts, PairwiseLoss loss, ICollective all)
    {
        using var withGradient = enable_grad();
        var policies = parts.Select(part => Leaves(part.Policy)).ToArray();
        var values = loss(Join([.. policies], all), Join([.. parts.Select(part => part.Reference)], all)).Loss;
        values.sum().backward();
        var mean = values.detach().mean();
        var split = new Dictionary<TokenBatch, Func<PairLogProbs, PreferenceLoss>>(ReferenceEqualityComparer.Instance);
        foreach (var (part, leaves) in parts.Zip(policies))
            split[part.Batch] = policy => loss(policy, part.Reference) with { Loss = mean.Plus(Linear(policy, leaves)) };
        return split;
    }

    private static PairLogProbs Leaves(PairLogProbs policy) => policy with
    {
        Sum = policy.Sum.Map(Leaf),
        SharedSum = policy.SharedSum?.Map(Leaf),
    };

    private static Tensor Leaf(Tensor values) => values.detach().requires_grad_();

    private static PairLogProbs Join(PairLogProbs[] parts, ICollective all) =>
        new(Join(parts, part => part.Sum, all), Join(parts, part => part.TokenCount, all))
        {
            SharedSum = parts[0].SharedSum is null ? null : Join(parts, part => part.SharedSum!.Value, all),
            Agreement = parts[0].Agreement is null ? null : Join(parts, part => part.Agreement!.Value, all),
        };

    private static Pair Join(PairLogProbs[] parts, Func<PairLogProbs, Pair> select, ICollective all) => new(
        OfAllRanks(cat([.. parts.Select(part => select(part).Chosen)]), all),
        OfAllRanks(cat([.. parts.Select(part => select(part).Rejected)]), all)); // [B of the step]

    // The other ranks' values are constants here: each rank takes the gradient by its own.
    private static Tensor OfAllRanks(Tensor own, ICollective all) => all.Size == 1
        ? own
        : cat([.. all.Gather(own.detach()).Select((values, rank) => rank == all.Rank ? own : values)]);

    /// <summary>0 with the gradient of the step's loss. Shape <c>[B]</c>.</summary>
    private static Tensor Linear(PairLogProbs policy, PairLogProbs leaves)
    {
        var sum = Linear(policy.Sum, leaves.Sum);
        return policy.SharedSum is null ? sum : sum.Plus(Linear(policy.SharedSum.Value, leaves.SharedSum!.Value));
    }

    private static Tensor Linear(Pair values, Pair leaves) =>
        Linear(values.Chosen, leaves.Chosen).Plus(Linear(values.Rejected, leaves.Rejected));

    private static Tensor Linear(Tensor values, Tensor leaf) =>
        leaf.grad is { } gradient ? gradient * (values - values.detach()) : zeros_like(values);
}
