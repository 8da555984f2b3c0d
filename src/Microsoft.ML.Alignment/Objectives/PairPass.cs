using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>One pass of a model over pairs, with what the loss needs of single tokens.</summary>
internal static class PairPass
{
    /// <summary>Computes the log-probabilities of both sides; in the caller's dispose scope, with gradients where they are on.</summary>
    public static PairLogProbs Run(LanguageModel model, TokenBatch batch, ForwardOptions options, PairDetails details)
    {
        if (details == PairDetails.None)
            return PairLogProbs.Split(model.LogProbs(batch.Rows, batch.Targets, options));
        var (tokens, collision) = Tokens(model, batch, options, details.HasFlag(PairDetails.Agreement)); // [M]
        var targets = batch.Targets;
        var counts = Pair.Split(tensor(targets.TokenCounts, device: tokens.device).to_type(ScalarType.Float32)); // [B]
        return new(Sums(tokens, targets), counts)
        {
            SharedSum = details.HasFlag(PairDetails.SharedSum) ? Sums(tokens * SharedMask(targets, tokens.device), targets) : null,
            Agreement = collision is null ? null : Sums(tokens.detach() - collision, targets) / counts,
        };
    }

    private static (Tensor LogProbs, Tensor? LogCollision) Tokens(
        LanguageModel model, TokenBatch batch, ForwardOptions options, bool collisions) => collisions
        ? model.TokenLogProbsAndCollisions(batch.Rows, batch.Targets, options)
        : (model.TokenLogProbs(batch.Rows, batch.Targets, options), null);

    private static Pair Sums(Tensor tokens, PackedTargets targets) =>
        Pair.Split(SequenceLogProbs.SumBySequence(tokens, targets.Sequences, targets.SequenceCount));

    /// <summary>1 for the tokens within the length of the pair's shorter side, else 0. Shape <c>[M]</c>.</summary>
    private static Tensor SharedMask(PackedTargets targets, Device device)
    {
        var seen = new int[targets.SequenceCount];
        var pairs = targets.SequenceCount / 2;
        bool IsShared(long sequence)
        {
            var pair = (int)(sequence % pairs);
            return seen[sequence]++ < Math.Min(targets.TokenCounts[pair], targets.TokenCounts[pairs + pair]);
        }

        return tensor(targets.Sequences.Select(sequence => IsShared(sequence) ? 1f : 0f).ToArray(), device: device);
    }
}
