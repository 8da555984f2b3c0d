using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Makes a round: samples, scores, and says of each token how much better than expected it was.</summary>
/// <param name="sampler">Writes completions.</param>
/// <param name="scores">Scores them.</param>
/// <param name="scorer">Looks at them as training does.</param>
/// <param name="plan">How prompts are dealt out.</param>
/// <param name="settings">What the method needs.</param>
internal sealed class RolloutMaker(
    RolloutSampler sampler, CompletionScores scores, RolloutScorer scorer, RolloutPlan plan, RolloutSettings settings)
{
    private const string Coefficient = "klCoefficient";

    // No round of training has it, and no validation.
    private const long RoundOfIncoming = -2;

    private readonly KLController? _control = settings.Penalty is KLPenalty.InReward penalty ? new(penalty) : null;
    private readonly ShownRows _shown = new(settings.ShownRows, plan, scorer);
    private bool _criticBegan;

    // Advantages that know the tokens need them of all completions, those that do not save the passes of completions that teach nothing.
    private bool ReadsTokensFirst => _control is not null || settings.Judge.ReadsTokens;

    /// <summary>Gets what writes completions.</summary>
    public RolloutSampler Sampler => sampler;

    /// <summary>Makes a round with the policy as it is.</summary>
    /// <param name="round">From 0.</param>
    /// <param name="cancellation">The run's.</param>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    /// <exception cref="RewardFailedException">A reward failed.</exception>
    /// <exception cref="InvalidOperationException">There are too few scores to find their scale.</exception>
    public Rollout Make(long round, CancellationToken cancellation)
    {
        if (scores.Scaling.NeedsSamples)
            scores.Measure(sampler.SampleSpread(scores.Scaling.Samples, RoundOfIncoming, cancellation), cancellation);
        var groups = sampler.Sample(plan.PromptsOfRound(round), settings.GroupSize, round, cancellation);
        var said = scores.Score(groups, cancellation);
        var sampledAgain = new EqualGroups(sampler, scores, settings.EqualGroupRetries).Replace(groups, said, round, cancellation);
        BeginCritic();
        if (ReadsTokensFirst)
            Read(groups, round, cancellation);
        settings.Judge.Give(groups, _control?.Coefficient ?? 0);
        if (settings.MasksTruncated)
            foreach (var row in groups.SelectMany(group => group.Rows).Where(row => !row.Ended))
                row.Advantages = null;
        if (!ReadsTokensFirst)
            Read(groups, round, cancellation);
        _shown.Note(groups, said, round, ReadsTokensFirst, cancellation);
        var report = new RolloutReport(groups, said, _control?.Coefficient, scores.Scaling);
        if (settings.EqualGroupRetries > 0)
            report.Add(RolloutMetrics.SampledAgain, sampledAgain);
        _control?.Observe(report.Divergence, report.Completions);
        return new(round, groups) { Report = report.Values };
    }

    /// <summary>Those of an optimizer step's groups that a pass is spent on; at least one.</summary>
    public IReadOnlyList<SampledGroup> Needed(IReadOnlyList<SampledGroup> groups)
    {
        if (settings.TrainsAll || ReadsTokensFirst)
            return groups;
        SampledGroup[] teach = [.. groups.Where(group => group.Rows.Any(row => row.Teaches))];
        return teach.Length > 0 ? teach : [groups.MinBy(group => group.Rows.Sum(row => row.Ids.Length))!];
    }

    /// <summary>Those of an optimizer step's completions that people are shown, the best first.</summary>
    public IReadOnlyList<SampledText> Shown(IEnumerable<SampledGroup> groups) =>
    [
        .. from @group in groups
           from row in @group.Rows
           where row.Note is not null
           orderby row.Score ?? double.NegativeInfinity descending
           select scores.Shown(@group, row),
    ];

    /// <summary>Writes down what rounds to come depend on.</summary>
    public void Save(IStateWriter writer)
    {
        writer.WriteValue(Coefficient, _control?.Coefficient ?? 0);
        scores.Scaling.Save(writer);
    }

    /// <summary>Takes that back.</summary>
    public void Restore(IStateReader reader)
    {
        _control?.Restore(reader.ReadValue<double>(Coefficient));
        scores.Scaling.Restore(reader);
        if (scores.Scaling.First is not { } first)
            return;
        scorer.Critic?.Restore(first);
        _criticBegan = true;
    }

    // Once the first scores are known, so that its first values are on their scale.
    private void BeginCritic()
    {
        if (!_criticBegan)
            scorer.Critic?.Begin(scores.Scaling.First!.Value);
        _criticBegan = true;
    }

    // In the passes of the first steps, so that what is read of the policy is what these will compute, to the last bit.
    private void Read(SampledGroup[] groups, long round, CancellationToken cancellation)
    {
        foreach (var step in plan.Pass(round, pass: 0))
        {
            foreach (var packed in RolloutPacking.Pack(Needed([.. step.Select(at => groups[at])]), plan.Steps))
            {
                cancellation.ThrowIfCancellationRequested();
                scorer.Read(packed, ofPolicy: (plan.Moves && settings.ComparesWithSampler) || ReadsTokensFirst);
            }
        }

        RolloutScorer.FillUnread(groups.SelectMany(group => group.Rows));
    }
}
