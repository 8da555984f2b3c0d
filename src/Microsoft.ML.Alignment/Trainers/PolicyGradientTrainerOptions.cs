namespace Microsoft.ML.Alignment;

/// <summary>What the options of trainers have that follow the gradient of rewards.</summary>
public abstract record PolicyGradientTrainerOptions : OnPolicyTrainerOptions
{
    private protected PolicyGradientTrainerOptions()
    {
    }

    /// <summary>
    /// Gets what a nat of entropy of each token's distribution is worth in the loss. 0 or more; the default is 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public double EntropyCoefficient { get; init => field = Require.NotNegative(value); }

    /// <summary>
    /// Gets the divergence from the policy that sampled, in nats a token, above which a round is learned from no further: the step that
    /// finds it (½ (log π − log π_old)², averaged over its tokens) is the round's last, and the steps that are left are taken on new rounds.
    /// Above 0; null, the default, is none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double? TargetKL { get; init => field = Require.PositiveOrNull(value); }

    /// <summary>Gets what holds the policy to the one that came in; null for nothing.</summary>
    internal abstract KLPenalty? HeldBy { get; }

    internal sealed override bool HasReference => HeldBy is not null;

    internal sealed override double? ImplicitRewardScale => HeldBy is { Coefficient: > 0 } penalty ? penalty.Coefficient : null;
}
