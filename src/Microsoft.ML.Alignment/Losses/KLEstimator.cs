namespace Microsoft.ML.Alignment;

/// <summary>
/// Estimators of KL(π ‖ π_ref) from one token that π sampled, with d = log π − log π_ref (Schulman, 2020, "Approximating KL divergence").
/// What they estimate and where their gradients lead are two things; <see cref="KLPenalty"/> offers those that lead where they should.
/// </summary>
public enum KLEstimator
{
    /// <summary>d: unbiased, and of either sign. Its gradient in a loss is 0 on average.</summary>
    K1,

    /// <summary>½ d²: biased, but its gradient under π is that of KL(π ‖ π_ref).</summary>
    K2,

    /// <summary>exp(−d) − 1 + d: unbiased and never negative; its gradient under π is that of KL(π_ref ‖ π), the other direction.</summary>
    K3,

    /// <summary>
    /// <see cref="K3"/> times ρ = π/π_old with its gradient: unbiased also for tokens that an older policy sampled, and its gradient is
    /// that of KL(π ‖ π_ref).
    /// </summary>
    WeightedK3,
}
