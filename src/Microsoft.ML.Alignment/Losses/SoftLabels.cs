using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Losses under a label that is only probable, as an AI judge gives it (Lee et al., 2023, arXiv:2309.00267, §3.2).</summary>
internal static class SoftLabels
{
    /// <summary>The expected loss p·L(chosen is better) + (1 − p)·L(rejected is better); of DPO's loss it is the cross-entropy.</summary>
    /// <param name="chosen">The loss where the chosen side is the better one. Shape <c>[B]</c>.</param>
    /// <param name="rejected">The loss where the rejected side is. Shape <c>[B]</c>.</param>
    /// <param name="chosenProbability">The probability p of the former, in [0, 1]. Shape <c>[B]</c>.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor Expected(Tensor chosen, Tensor rejected, Tensor chosenProbability) => rejected.Plus((chosen - rejected) * chosenProbability);
}
