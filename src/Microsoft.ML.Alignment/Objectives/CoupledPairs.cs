using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;

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
    public static Dictionary<TokenBatch, Func<PairLogProbs, PreferenceLoss>> Split(IReadOnlyList<Part> parts, PairwiseLoss loss)
    {
        using var withGradient = enable_grad();
        var policies = parts.Select(part => Leaves(part.Policy)).ToArray();
        var values = loss(Join([.. policies]), Join([.. parts.Select(part => part.Reference)])).Loss;
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

    private static PairLogProbs Join(PairLogProbs[] parts) => new(Join(parts, part => part.Sum), Join(parts, part => part.TokenCount))
    {
        SharedSum = parts[0].SharedSum is null ? null : Join(parts, part => part.SharedSum!.Value),
        Agreement = parts[0].Agreement is null ? null : Join(parts, part => part.Agreement!.Value),
    };

    private static Pair Join(PairLogProbs[] parts, Func<PairLogProbs, Pair> select) => new(
        cat([.. parts.Select(part => select(part).Chosen)]), cat([.. parts.Select(part => select(part).Rejected)])); // [B of the step]

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
