namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Makes one score of those of several reward functions.</summary>
/// <param name="weights">The weight of each function.</param>
/// <param name="normalizesEach">
/// Whether each function's scores are brought to mean 0 and deviation 1 among the completions of a prompt before they are summed, so that
/// one of a greater spread does not drown the others (GDPO; Liu et al., 2026, arXiv:2601.05242).
/// </param>
internal sealed class RewardSum(IReadOnlyList<double> weights, bool normalizesEach)
{
    // As in TRL.
    private const double LeastDeviation = 1e-4;

    /// <summary>Sums the scores of the completions of one prompt.</summary>
    /// <param name="scores">A row a function, a score a completion; null where a function says nothing.</param>
    /// <returns>A score a completion; null where no function says anything.</returns>
    public double?[] Of(IReadOnlyList<double?[]> scores)
    {
        double?[][] terms = normalizesEach ? [.. scores.Select(Normalized)] : [.. scores];
        return [.. Enumerable.Range(0, scores[0].Length).Select(completion => Sum([.. terms.Select(term => term[completion])]))];
    }

    /// <summary>Sums what of the scores of a completion belongs to its tokens.</summary>
    /// <param name="tokens">A row a function; null where its score belongs to the whole.</param>
    /// <returns>Shape <c>[T]</c>; null where nothing belongs to tokens.</returns>
    public double[]? OfTokens(IReadOnlyList<double[]?> tokens)
    {
        double[]? total = null;
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] is not { } own)
                continue;
            total ??= new double[own.Length];
            for (var t = 0; t < own.Length; t++)
                total[t] += weights[i] * own[t];
        }

        return total;
    }

    private double? Sum(double?[] ofCompletion)
    {
        if (Array.TrueForAll(ofCompletion, score => score is null))
            return null;
        return ofCompletion.Zip(weights, (score, weight) => weight * (score ?? 0)).Sum();
    }

    private static double?[] Normalized(double?[] scores)
    {
        var moments = Moments.Of([.. scores.OfType<double>()], alone => alone);
        return Array.ConvertAll(scores, score => (score - moments.Mean) / (moments.Deviation + LeastDeviation));
    }
}
