using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Estimates of KL(π ‖ π_ref) from sampled tokens (Schulman, 2020, "Approximating KL divergence").</summary>
internal static class KLEstimate
{
    /// <summary>Computes an estimate for each token. Shape <c>[M]</c>.</summary>
    /// <param name="estimator">Which.</param>
    /// <param name="logProbs">log π, in nats. Shape <c>[M]</c>.</param>
    /// <param name="referenceLogProbs">log π_ref, in nats. Shape <c>[M]</c>.</param>
    public static Tensor Compute(KLEstimator estimator, Tensor logProbs, Tensor referenceLogProbs)
    {
        var d = logProbs.sub(referenceLogProbs);
        return estimator switch
        {
            KLEstimator.K1 => d,
            KLEstimator.K2 => d.Squared().Times(0.5),
            _ => d.neg().expm1().Plus(d), // without loss where d is small
        };
    }
}
