namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>The coefficient of the divergence in the reward: fixed, or controlled towards a target.</summary>
/// <param name="penalty">Where it starts, and its target.</param>
internal sealed class KLController(KLPenalty.InReward penalty)
{
    private const double MostError = 0.2;

    /// <summary>Gets the coefficient, β.</summary>
    public double Coefficient { get; private set; } = penalty.Coefficient;

    /// <summary>
    /// Multiplies the coefficient by 1 + clip(KL/target − 1, ±0.2)·n/horizon (Ziegler et al., 2019, arXiv:1909.08593, section 2.2).
    /// </summary>
    /// <param name="divergence">Mean divergence of a completion in the newest rollout, in nats.</param>
    /// <param name="completions">Completions of the rollout.</param>
    public void Observe(double divergence, int completions)
    {
        if (penalty.Target is not { } target)
            return;
        var error = Math.Clamp((divergence / target) - 1, -MostError, MostError);
        Coefficient *= 1 + (error * completions / penalty.Horizon);
    }

    /// <summary>Puts back a coefficient that was kept.</summary>
    public void Restore(double coefficient) => Coefficient = coefficient;
}
