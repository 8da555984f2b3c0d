using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>What is reported of a round, by TRL's names.</summary>
internal sealed class RolloutReport
{
    private readonly Dictionary<string, double> _values = [];

    /// <param name="groups">The round.</param>
    /// <param name="scores">What the rewards said.</param>
    /// <param name="coefficient">What a nat of divergence cost in the reward; null where it is not in it.</param>
    /// <param name="scaling">What scores are measured in.</param>
    public RolloutReport(IReadOnlyList<SampledGroup> groups, Scores scores, double? coefficient, ScoreScaling scaling)
    {
        SampledRow[] rows = [.. groups.SelectMany(group => group.Rows)];
        Completions = rows.Length;
        AddScores(groups, scores);
        AddLengths(rows);
        if (scaling.Measures)
            (_values[RolloutMetrics.ScaleMean], _values[RolloutMetrics.ScaleDeviation]) = (scaling.Current.Mean, scaling.Current.Deviation);
        if (rows[0].LogProbs is not null && rows[0].ReferenceLogProbs is not null)
            AddDivergence(rows, coefficient);
    }

    /// <summary>Gets the completions of the round.</summary>
    public int Completions { get; }

    /// <summary>Gets the mean divergence of a completion from the reference, in nats; 0 where it was not read.</summary>
    public double Divergence => _values.GetValueOrDefault(RolloutMetrics.Divergence);

    /// <summary>Gets all of it.</summary>
    public IReadOnlyDictionary<string, double> Values => _values;

    /// <summary>Adds what only the maker of the round knows.</summary>
    public void Add(string name, double value) => _values[name] = value;

    private void AddScores(IReadOnlyList<SampledGroup> groups, Scores scores)
    {
        double[][] known = [.. groups.Select(group => group.Rows.Select(row => row.Score).OfType<double>().ToArray())];
        double[] all = [.. known.SelectMany(group => group)];
        Add(RolloutMetrics.Reward, all);
        Add(RolloutMetrics.Scores, all);
        if (groups[0].Rows.Count > 1)
        {
            Add(RolloutMetrics.RewardDeviation, [.. known.Select(group => Moments.Of(group, alone => alone).Deviation)]);
            Add(RolloutMetrics.EqualGroups, [.. known.Where(group => group.Length > 0).Select(group => group.Min() == group.Max() ? 1d : 0)]);
        }

        foreach (var one in scores.Each)
        {
            double[] values = [.. one.Values.OfType<double>()];
            Add($"rewards/{one.Name}/mean", values);
            _values[$"rewards/{one.Name}/std"] = Moments.Of(values, alone => alone).Deviation;
        }

        if (scores.Failures > 0)
            _values[RolloutMetrics.FailedRewards] = scores.Failures;
    }

    private void AddLengths(SampledRow[] rows)
    {
        double[] lengths = [.. rows.Select(row => (double)row.Ids.Length)];
        Add(MetricNames.CompletionLength, lengths);
        _values[RolloutMetrics.MinLength] = lengths.Min();
        _values[RolloutMetrics.MaxLength] = lengths.Max();
        Add(MetricNames.ClippedRatio, [.. rows.Select(row => row.Ended ? 0d : 1)]);
        Add(RolloutMetrics.MeanTerminatedLength, [.. rows.Where(row => row.Ended).Select(row => (double)row.Ids.Length)]);
    }

    private void AddDivergence(SampledRow[] rows, double? coefficient)
    {
        double[] divergences = [.. rows.Select(row => TokenRewards.Divergences(row.LogProbs!, row.ReferenceLogProbs!).Sum())];
        Add(RolloutMetrics.Divergence, divergences);
        Add(RolloutMetrics.Entropy, [.. rows.Select(row => -row.LogProbs!.Sum(x => (double)x))]);
        if (coefficient is not { } beta)
            return;
        _values[RolloutMetrics.Coefficient] = beta;
        Add(RolloutMetrics.NonScoreReward, [.. divergences.Select(divergence => -beta * divergence)]);
        if (_values.TryGetValue(RolloutMetrics.Scores, out var score))
            _values[RolloutMetrics.RlhfReward] = score + _values[RolloutMetrics.NonScoreReward];
    }

    private void Add(string name, double[] values)
    {
        if (values.Length > 0)
            _values[name] = values.Average();
    }
}

/// <summary>Names of what is reported of a round. They are TRL's where TRL has the metric.</summary>
internal static class RolloutMetrics
{
    public const string Reward = MetricNames.Reward;
    public const string RewardDeviation = "reward_std";
    public const string EqualGroups = MetricNames.EqualGroups;
    /// <summary>What becomes 0 where scores are normalised, in units of the reward.</summary>
    public const string ScaleMean = "rewards/scale_mean";

    /// <summary>What becomes 1.</summary>
    public const string ScaleDeviation = "rewards/scale_std";

    /// <summary>Prompts of the round that were sampled again, since their completions were all equally good.</summary>
    public const string SampledAgain = "completions/sampled_again";

    public const string FailedRewards = "rewards/failed";
    public const string MinLength = "completions/min_length";
    public const string MaxLength = "completions/max_length";
    public const string MeanTerminatedLength = "completions/mean_terminated_length";
    public const string Scores = MetricNames.Scores;
    public const string Divergence = "objective/kl";
    public const string Entropy = MetricNames.CompletionEntropy;
    public const string NonScoreReward = "objective/non_score_reward";
    public const string RlhfReward = "objective/rlhf_reward";

    /// <summary>What a nat of divergence costs in the reward; TRL has it fixed.</summary>
    public const string Coefficient = "objective/kl_coef";

    /// <summary>Rounds so far that ended before their last step, since the policy had moved too far.</summary>
    public const string EarlyStops = "policy/early_stops";
}
