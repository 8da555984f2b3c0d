using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// Reference log-probabilities of pairs as scores of examples: the sums of chosen and rejected, then those over the shared length.
/// </summary>
internal static class PairScores
{
    /// <summary>Puts them in rows. Shape <c>[2, B]</c>, or <c>[4, B]</c> with sums over the shared length.</summary>
    public static Tensor Join(PairLogProbs logProbs) => stack(logProbs.SharedSum is { } shared
        ? [logProbs.Sum.Chosen, logProbs.Sum.Rejected, shared.Chosen, shared.Rejected]
        : new[] { logProbs.Sum.Chosen, logProbs.Sum.Rejected });

    /// <summary>Takes them from a micro-batch; null if its examples have none.</summary>
    public static PairLogProbs? Of(TokenBatch batch, PairDetails details, Device device)
    {
        if (batch.Examples[0].ReferenceScores is null)
            return null;
        Tensor Column(int column) => tensor(batch.Examples.Select(pair => pair.ReferenceScores![column]).ToArray(), device: device); // [B]
        var counts = Pair.Split(tensor(batch.Targets.TokenCounts, device: device).to_type(ScalarType.Float32)); // [B]
        return new(new(Column(0), Column(1)), counts)
        {
            SharedSum = details.HasFlag(PairDetails.SharedSum) ? new Pair(Column(2), Column(3)) : null,
        };
    }
}
