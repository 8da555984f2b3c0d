using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Anchored preference optimization (APO; D'Oosterlinck et al., 2024, arXiv:2408.06266): says where each side is to go, not only their
/// difference.
/// </summary>
internal static class ApoLoss
{
    /// <summary>
    /// Computes 1 − σ(βΔ_c) + σ(βΔ_r): the chosen side goes up and the rejected one down. For chosen completions better than the policy's
    /// own.
    /// </summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Zero(Pair ratios, double beta)
    {
        var rewards = beta * ratios;
        return (-rewards.Chosen).sigmoid().Plus(rewards.Rejected.sigmoid());
    }

    /// <summary>
    /// Computes σ(βΔ_c) + 1 − σ(β(Δ_c − Δ_r)): both sides go down, the rejected one more. For a policy better than the chosen completions.
    /// </summary>
    /// <inheritdoc cref="Zero" path="/param|/returns"/>
    public static Tensor Down(Pair ratios, double beta)
    {
        var rewards = beta * ratios;
        return rewards.Chosen.sigmoid().Plus((-rewards.Margin).sigmoid());
    }
}
