using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Takes the next token of each row: the best one, or a sample of softmax(logits / temperature) cut to top-k and top-p.</summary>
/// <remarks>
/// Top-p keeps the fewest best tokens whose mass reaches p (Holtzman et al., 2019, arXiv:1904.09751), after top-k has cut.
/// </remarks>
/// <param name="Temperature">What logits are divided by; 0 takes the best token.</param>
/// <param name="TopK">The number of best tokens sampled from; null is all.</param>
/// <param name="TopP">The probability mass of best tokens sampled from.</param>
internal sealed record TokenSampler(double Temperature, int? TopK, double TopP)
{
    /// <param name="options">Temperature, top-k and top-p.</param>
    public TokenSampler(GenerationOptions options)
        : this(options.Temperature, options.TopK, options.TopP)
    {
    }

    // Most of the mass lies on few tokens, and taking a few is much cheaper than sorting the vocabulary.
    private const int UsualNucleus = 256;

    // Vocabularies from which looking through blocks pays.
    private const int LargeVocabulary = 4096;
    private const int Block = 256;

    // Held as long as the library, as a scalar under a collection would not be.
    private static readonly Scalar BlockSize = ((long)Block).ToScalar();
    private static readonly double BelowOne = double.BitDecrement(1);

    /// <summary>Takes a token a row.</summary>
    /// <param name="logits">float32. Shape <c>[B, V]</c>.</param>
    /// <param name="streams">The random stream of each row; none is touched in greedy decoding.</param>
    /// <returns>Token ids. Shape <c>[B]</c>.</returns>
    public long[] Next(Tensor logits, IReadOnlyList<RandomStream> streams)
    {
        using var scope = NewDisposeScope();
        return (Temperature == 0 ? logits.argmax(-1) : Sample(logits, streams)).cpu().data<long>().ToArray();
    }

    private Tensor Sample(Tensor logits, IReadOnlyList<RandomStream> streams)
    {
        var draws = tensor(streams.Select(stream => stream.Next()).ToArray(), ScalarType.Float64, logits.device).unsqueeze(1); // [B, 1]
        if (logits.shape[^1] > LargeVocabulary && TopP == 1 && !(TopK < logits.shape[^1]))
            return OfBlocks(logits.Over(Temperature).softmax(-1), draws).squeeze(-1);
        var scaled = logits.to_type(ScalarType.Float64).OverInPlace(Temperature); // [B, V]
        var (mass, ids) = Candidates(scaled); // [B, k]
        var (index, _) = Find(mass, draws.mul(mass.cumsum(-1).narrow(-1, mass.shape[^1] - 1, 1)));
        return (ids is null ? index : ids.gather(-1, index)).squeeze(-1);
    }

    // Of many tokens only sums over blocks are looked through, then the one block: several times faster than the whole in float64.
    private static Tensor OfBlocks(Tensor mass, Tensor draws) // [B, V], [B, 1]
    {
        var missing = (Block - (mass.shape[^1] % Block)) % Block;
        var blocks = (missing == 0 ? mass : nn.functional.pad(mass, [0, missing])).view(mass.shape[0], -1, Block);
        var sums = blocks.sum([-1]).to_type(ScalarType.Float64); // [B, blocks]
        var (block, within) = Find(sums, draws.mul(sums.sum([-1], keepdim: true)));
        var chosen = blocks.gather(1, block.unsqueeze(-1).expand(-1, -1, Block)).squeeze(1); // [B, Block]
        var (index, _) = Find(chosen.to_type(ScalarType.Float64), within);
        return block.mul(BlockSize).Plus(index);
    }

    // The first place at which the sum so far is above a number, and how far the number is above the sum before it. What is found has mass,
    // also where rounding brings the number up to the sum of all.
    private static (Tensor Place, Tensor Within) Find(Tensor mass, Tensor number) // [B, k], [B, 1]
    {
        var sums = mass.cumsum(-1);
        var last = sums.narrow(-1, sums.shape[^1] - 1, 1);
        var reached = minimum(number, last.Times(BelowOne));
        var place = sums.le(reached).sum([-1], keepdim: true); // [B, 1]
        return (place, reached.sub(sums.gather(-1, place)).Plus(mass.gather(-1, place)));
    }

    // Unnormalised mass of the tokens that may be taken, and their ids; null where they stand at their own place.
    private (Tensor Mass, Tensor? Ids) Candidates(Tensor scaled)
    {
        var vocabulary = scaled.shape[^1];
        var probabilities = scaled.softmax(-1);
        if (TopK is { } most && most < vocabulary)
        {
            var (best, ids) = probabilities.topk(most);
            return (Nucleus(best / best.sum([-1], keepdim: true)), ids);
        }

        if (TopP == 1)
            return (probabilities, null);
        for (var count = Math.Min(UsualNucleus, vocabulary); ; count = vocabulary)
        {
            var (best, ids) = probabilities.topk((int)count);
            if (count == vocabulary || best.sum([-1]).min().item<double>() >= TopP)
                return (Nucleus(best), ids);
        }
    }

    // Keeps a token if the better ones have not reached p yet; so the best is always kept.
    private Tensor Nucleus(Tensor sorted)
    {
        if (TopP == 1)
            return sorted;
        var before = sorted.cumsum(-1) - sorted;
        return sorted * before.IsBelow(TopP);
    }
}
