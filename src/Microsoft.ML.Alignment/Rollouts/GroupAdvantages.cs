namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Advantages of completions over other completions of the same prompt or rollout.</summary>
/// <param name="kind">What is compared with what.</param>
/// <param name="sum">Adds up numbers over all processes.</param>
internal sealed class GroupAdvantages(AdvantageKind kind, Func<double[], double[]> sum)
{
    // As in TRL; it keeps groups of equal rewards from being divided by 0.
    private const double LeastDeviation = 1e-4;

    /// <summary>Gets whether a prompt's completions are compared with each other, so that there must be two of them.</summary>
    public static bool NeedsGroups(AdvantageKind kind) => kind is not AdvantageKind.Global;

    /// <summary>Computes the advantage of each token.</summary>
    /// <param name="groups">The completions of each prompt.</param>
    /// <returns>
    /// A row a token for each completion of each group; null for a completion without a reward, and where it is the only one of its
    /// prompt that has one, since there is nothing to compare it with.
    /// </returns>
    public double[]?[][] Of(IReadOnlyList<IReadOnlyList<RewardedTokens>> groups) => kind switch
    {
        AdvantageKind.Global or AdvantageKind.GlobalWithGroupBaseline => Global(groups),
        _ => OfWhole(groups),
    };

    private double[]?[][] OfWhole(IReadOnlyList<IReadOnlyList<RewardedTokens>> groups)
    {
        var batch = kind == AdvantageKind.Batch ? Moments.Of([.. groups.SelectMany(Rewards)], sum).Deviation : 0;
        return [.. groups.Select(group =>
        {
            var moments = Moments.Of([.. Rewards(group)], alone => alone);
            return group.Select(member => Advantage(member.Whole, moments, batch) is { } value ? Repeated(value, member.Length) : null).ToArray();
        })];
    }

    private double? Advantage(double? reward, Moments group, double batchDeviation)
    {
        if (reward is not { } own || group.Count < 2)
            return null;
        var difference = own - group.Mean;
        return kind switch
        {
            AdvantageKind.Group => difference / (group.Deviation + LeastDeviation),
            AdvantageKind.Batch => difference / (batchDeviation + LeastDeviation),
            AdvantageKind.LeaveOneOut => difference * group.Count / (group.Count - 1), // r − (Σ − r)/(n − 1)
            _ => difference,
        };
    }

    private double[]?[][] Global(IReadOnlyList<IReadOnlyList<RewardedTokens>> groups)
    {
        double[]?[][] toGo = [.. groups.Select(group => group.Select(member => ToGo(member, Baseline(group))).ToArray())];
        var moments = Moments.Of([.. toGo.SelectMany(group => group.OfType<double[]>()).SelectMany(row => row)], sum);
        return [.. toGo.Select(group => group.Select(row => row is null ? null : Array.ConvertAll(row, value => moments.Whiten(value))).ToArray())];
    }

    private static double[]? ToGo(RewardedTokens member, double? baseline) => member.Score is { } score && baseline is { } taken
        ? TokenRewards.ToGo(TokenRewards.Of(score - taken, member.TokenScores, member.Divergences, member.Coefficient), gamma: 1)
        : null;

    // The paper takes the mean of the scores off, without the divergences.
    private double? Baseline(IReadOnlyList<RewardedTokens> group)
    {
        if (kind == AdvantageKind.Global)
            return 0;
        double[] scores = [.. group.Select(member => member.Score).OfType<double>()];
        return scores.Length < 2 ? null : scores.Average();
    }

    private static IEnumerable<double> Rewards(IReadOnlyList<RewardedTokens> group) => group.Select(member => member.Whole).OfType<double>();

    private static double[] Repeated(double value, int count) => [.. Enumerable.Repeat(value, count)];
}

/// <summary>What a completion was rewarded with.</summary>
/// <param name="Score">The reward of the whole; null where there is none.</param>
/// <param name="Divergences">Each token's divergence from the reference, in nats. Shape <c>[T]</c>.</param>
/// <param name="Coefficient">What a nat of it costs; 0 where the reward does not know of it.</param>
internal sealed record RewardedTokens(double? Score, double[] Divergences, double Coefficient)
{
    /// <summary>Gets what of the score belongs to each token, shape <c>[T]</c>; null, the default, for nothing.</summary>
    public double[]? TokenScores { get; init; }

    /// <summary>Gets the number of tokens, T.</summary>
    public int Length => Divergences.Length;

    /// <summary>Gets the score less what the divergence of all tokens costs.</summary>
    public double? Whole => Score - (Coefficient * Divergences.Sum());
}
