namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Advantages over what a critic expected.</summary>
/// <param name="gae">How rewards and values become advantages.</param>
/// <param name="sum">Adds up numbers over all processes.</param>
internal sealed class CriticAdvantages(Gae gae, Func<double[], double[]> sum) : IAdvantages
{
    /// <summary>Gets whether rewards of tokens are divided by their deviation, over all tokens of the round.</summary>
    public bool WhitensRewards { get; init; }

    /// <summary>Gets whether advantages become numbers of mean 0 and deviation 1, over all tokens of the round. The default is true.</summary>
    public bool WhitensAdvantages { get; init; } = true;

    /// <summary>Gets whether what may still have come behind a completion that was cut is the critic's value there, and not 0.</summary>
    public bool BootstrapsTruncated { get; init; }

    /// <inheritdoc/>
    public bool ReadsTokens => true;

    /// <inheritdoc/>
    public void Give(IReadOnlyList<SampledGroup> groups, double coefficient)
    {
        SampledRow[] all = [.. groups.SelectMany(group => group.Rows)], rows = [.. all.Where(row => row.Score is not null)];
        foreach (var row in all.Except(rows))
            (row.Advantages, row.Returns) = (null, new float[row.Ids.Length]);
        var rewards = Rewards(rows, coefficient);
        double[][] advantages = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            var next = BootstrapsTruncated && !rows[i].Ended ? rows[i].NextValue : 0;
            (advantages[i], var returns) = gae.Compute(rewards[i], Array.ConvertAll(rows[i].Values!, value => (double)value), next);
            rows[i].Returns = Array.ConvertAll(returns, value => (float)value);
        }

        var moments = Moments.Of([.. advantages.SelectMany(row => row)], sum);
        for (var i = 0; i < rows.Length; i++)
            rows[i].Advantages = Array.ConvertAll(advantages[i], value => (float)(WhitensAdvantages ? moments.Whiten(value) : value));
    }

    private double[][] Rewards(SampledRow[] rows, double coefficient)
    {
        double[][] rewards = [.. rows.Select(row => TokenRewards.Of(row.Score!.Value, row.TokenScores, Divergences(row), coefficient))];
        if (!WhitensRewards)
            return rewards;
        var moments = Moments.Of([.. rewards.SelectMany(row => row)], sum);
        return [.. rewards.Select(row => Array.ConvertAll(row, reward => moments.Whiten(reward, shiftsMean: false)))];
    }

    /// <summary>Gets the estimate of each token's divergence: K1, whose policy gradient is the divergence's.</summary>
    internal Func<SampledRow, double[]> Divergences { get; init; } = row => row.ReferenceLogProbs is { } reference
        ? TokenRewards.Divergences(row.LogProbs!, reference)
        : new double[row.Ids.Length];
}
