using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Negative log-likelihood of preferences under the model of Bradley and Terry (1952), as reward models are trained with (Ouyang et al.,
/// 2022, arXiv:2203.02155, eq. 1).
/// </summary>
internal static class BradleyTerryLoss
{
    /// <summary>
    /// Computes −log σ(r_chosen − r_rejected − margin) + c·(r_chosen + r_rejected)². The margin asks for more distance where one side is
    /// much better (Touvron et al., 2023, arXiv:2307.09288, eq. 2); the second term keeps rewards around 0 (Eisenstein et al., 2023,
    /// arXiv:2312.09244).
    /// </summary>
    /// <param name="rewards">Rewards of both sides. Shapes <c>[B]</c>.</param>
    /// <param name="margin">Distance asked for, a pair; null for none. Shape <c>[B]</c>.</param>
    /// <param name="centering">The coefficient c, 0 or more; 0.01 is usual.</param>
    /// <param name="chosenProbability">
    /// The probability p that the chosen side is the better one; null for 1. The first term is then the cross-entropy
    /// −p·log σ(d) − (1 − p)·log σ(−d) of the distance d. In [0, 1]. Shape <c>[B]</c>.
    /// </param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair rewards, Tensor? margin = null, double centering = 0, Tensor? chosenProbability = null)
    {
        var distance = margin is null ? rewards.Margin : rewards.Margin - margin;
        var loss = -distance.LogSigmoid();
        if (chosenProbability is not null)
            loss = SoftLabels.Expected(loss, -(-distance).LogSigmoid(), chosenProbability);
        return centering > 0 ? loss.Plus(rewards.Chosen.Plus(rewards.Rejected).Squared().Times(centering)) : loss;
    }
}
