using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>What one pass of a model over B pairs gives, in the caller's dispose scope.</summary>
/// <param name="Pairs">Log-probabilities of both sides, with what the loss needs of single tokens.</param>
/// <param name="Others">Sums of the sequences behind the 2B of the pairs, in nats; none of them is usual. Shape <c>[S − 2B]</c>.</param>
internal readonly record struct PairPass(PairLogProbs Pairs, Tensor Others)
{
    /// <summary>Runs the model, with gradients where they are on.</summary>
    public static PairPass Run(LanguageModel model, TokenBatch batch, ForwardOptions options, PairDetails details)
    {
        var (targets, both) = (batch.Targets, 2 * batch.ExampleCount);
        var (tokens, collision) = Tokens(model, batch, options, details.HasFlag(PairDetails.Agreement)); // [M]
        Tensor Sums(Tensor values) => SequenceLogProbs.SumBySequence(values, targets.Sequences, targets.SequenceCount); // [S]
        Pair PairsOf(Tensor values) => Pair.Split(values.narrow(0, 0, both));
        var sums = Sums(tokens);
        var counts = PairsOf(tensor(targets.TokenCounts, device: tokens.device).to_type(ScalarType.Float32)); // [B]
        var pairs = new PairLogProbs(PairsOf(sums), counts)
        {
            SharedSum = details.HasFlag(PairDetails.SharedSum)
                ? PairsOf(Sums(tokens * SharedMask(targets, batch.ExampleCount, tokens.device))) : null,
            Agreement = collision is null ? null : PairsOf(Sums(tokens.detach() - collision)) / counts,
        };
        return new(pairs, sums.narrow(0, both, targets.SequenceCount - both));
    }

    private static (Tensor LogProbs, Tensor? LogCollision) Tokens(
        LanguageModel model, TokenBatch batch, ForwardOptions options, bool collisions) => collisions
        ? model.TokenLogProbsAndCollisions(batch.Rows, batch.Targets, options)
        : (model.TokenLogProbs(batch.Rows, batch.Targets, options), null);

    /// <summary>1 for the tokens within the length of the pair's shorter side, else 0. Shape <c>[M]</c>.</summary>
    private static Tensor SharedMask(PackedTargets targets, int pairs, Device device)
    {
        var seen = new int[targets.SequenceCount];
        bool IsShared(long sequence)
        {
            var pair = (int)(sequence % pairs);
            return seen[sequence]++ < Math.Min(targets.TokenCounts[pair], targets.TokenCounts[pairs + pair]);
        }

        return tensor(targets.Sequences.Select(sequence => IsShared(sequence) ? 1f : 0f).ToArray(), device: device);
    }
}
