using Microsoft.ML.Alignment.Batches;
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
    /// <param name="model">The model.</param>
    /// <param name="batch">The pairs.</param>
    /// <param name="options">Precision and dropout.</param>
    /// <param name="details">What the loss must know beside sums and counts.</param>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    public static PairPass Run(
        LanguageModel model, TokenBatch batch, ForwardOptions options, PairDetails details, HeadStatistics? statistics = null)
    {
        var (targets, both) = (batch.Targets, 2 * batch.ExampleCount);
        var read = model.Forward(batch.Rows, options).At(targets);
        var tokens = read.LogProbs(statistics); // [M]
        var collision = details.HasFlag(PairDetails.Agreement) ? read.LogCollision() : null; // [M]
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
