namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>What a method makes of a round.</summary>
/// <param name="GroupSize">Completions of each prompt.</param>
/// <param name="Judge">Gives the completions of a round their advantages.</param>
internal sealed record RolloutSettings(int GroupSize, IAdvantages Judge)
{
    /// <summary>Gets what holds the policy to its reference; null for nothing.</summary>
    public KLPenalty? Penalty { get; init; }

    /// <summary>Gets whether completions without an advantage still have a loss, e.g. a divergence.</summary>
    public bool TrainsAll { get; init; }

    /// <summary>Gets whether completions that were cut at the limit are left out of the loss.</summary>
    public bool MasksTruncated { get; init; }

    /// <summary>Gets how often a prompt is sampled again whose completions are all equally good.</summary>
    public int EqualGroupRetries { get; init; }

    /// <summary>
    /// Gets whether the method wants to know what the policy that sampled thought of the tokens, once it has moved on. The default is true.
    /// </summary>
    public bool ComparesWithSampler { get; init; } = true;

    /// <summary>Gets the divergence from the policy that sampled, in nats a token, that ends a round; null for none.</summary>
    public double? TargetKL { get; init; }

    /// <summary>Gets the completions of an optimizer step that people are shown. The default is none.</summary>
    public int ShownRows { get; init; }
}

/// <summary>Says how much better than expected each token of a round was.</summary>
internal interface IAdvantages
{
    /// <summary>Gets whether it must know what policy, reference or critic think of the tokens.</summary>
    bool ReadsTokens { get; }

    /// <summary>Gives every completion its advantages; null to those that are not trained on.</summary>
    /// <param name="groups">The completions of each prompt, with their scores.</param>
    /// <param name="coefficient">What a nat of divergence costs; 0 where the reward does not know of it.</param>
    void Give(IReadOnlyList<SampledGroup> groups, double coefficient);
}

/// <summary>Advantages over other completions, without a critic.</summary>
/// <param name="kind">What is compared with what.</param>
/// <param name="sum">Adds up numbers over all processes.</param>
internal sealed class ComparedAdvantages(AdvantageKind kind, Func<double[], double[]> sum) : IAdvantages
{
    private readonly GroupAdvantages _advantages = new(kind, sum);

    /// <inheritdoc/>
    public bool ReadsTokens => false;

    /// <inheritdoc/>
    public void Give(IReadOnlyList<SampledGroup> groups, double coefficient)
    {
        var given = _advantages.Of([.. groups.Select(group => group.Rows.Select(row => Rewarded(row, coefficient)).ToArray())]);
        foreach (var (row, advantages) in groups.SelectMany(group => group.Rows).Zip(given.SelectMany(group => group)))
            row.Advantages = advantages is null ? null : Array.ConvertAll(advantages, advantage => (float)advantage);
    }

    private static RewardedTokens Rewarded(SampledRow row, double coefficient) => coefficient == 0
        ? new(row.Score, new double[row.Ids.Length], 0) { TokenScores = row.TokenScores }
        : new(row.Score, TokenRewards.Divergences(row.LogProbs!, row.ReferenceLogProbs!), coefficient) { TokenScores = row.TokenScores };
}
