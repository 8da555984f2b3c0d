using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Odds ratio preference optimization (Hong, Lee and Thorne, 2024, arXiv:2403.07691): a supervised loss, and beside it a penalty where
/// the odds of the worse completion come near those of the better one. No reference.
/// </summary>
internal static class OrpoLoss
{
    // Log-probabilities nearer to 0 have odds that float32 cannot tell from infinite.
    private const double Certain = -1e-7;
    private static readonly double LogHalf = -Math.Log(2);

    /// <summary>
    /// Computes −λ·log σ(log odds(chosen) − log odds(rejected)) (eq. 7), where odds = p / (1 − p) and p is the geometric mean of a
    /// completion's token probabilities (eq. 3, 4). The supervised term is not in it.
    /// </summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="weight">Weight of the term, λ; 0 or more. The authors' runs have 0.05 and 0.1.</param>
    /// <returns>The loss, with λ·log p as rewards, as in TRL.</returns>
    public static PreferenceLoss Compute(PairLogProbs policy, double weight)
    {
        var mean = policy.Mean;
        var logOddsRatio = LogOdds(mean.Chosen) - LogOdds(mean.Rejected);
        var logSigmoid = logOddsRatio.LogSigmoid();
        var rewards = weight * mean.Detach();
        return new(logSigmoid.Times(-weight), rewards.Chosen, rewards.Rejected)
        {
            Details = [new("log_odds_ratio", logSigmoid.detach()), new("log_odds_chosen", logOddsRatio.detach())],
        };
    }

    private static Tensor LogOdds(Tensor logProb) => logProb - Log1MinusExp(logProb);

    /// <summary>
    /// log(1 − eˣ) for x below 0: each formula where it keeps its digits, and never a value whose gradient is not finite.
    /// </summary>
    private static Tensor Log1MinusExp(Tensor x)
    {
        var likely = (-x.NotBelow(LogHalf).NotAbove(Certain).expm1()).log();
        var unlikely = (-x.NotAbove(LogHalf).exp()).log1p();
        return x.IsAbove(LogHalf).Choose(likely, unlikely);
    }
}
