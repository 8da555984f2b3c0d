using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Serves what the policy samples: each round is written by the policy as it then is, and trained on in several steps.</summary>
/// <param name="rounds">Makes a round.</param>
/// <param name="plan">How rounds are dealt out to steps.</param>
/// <param name="cancellation">The run's.</param>
internal sealed class RolloutSource(RolloutMaker rounds, RolloutPlan plan, CancellationToken cancellation)
    : IBatchSource<RolloutBatch>, ITrainingState, ISampledSteps
{
    private const string Next = "nextStep";
    private const string Skipped = "skippedSteps";
    private const string Stops = "earlyStops";

    private Rollout? _current;
    private long _next;

    // Steps of rounds that ended early: a step of the run lies that much further on in the plan.
    private long _skipped;
    private int _earlyStops;

    /// <summary>Gets the divergence from the policy that sampled, in nats a token, that ends a round; null for none.</summary>
    public double? TargetKL { get; init; }

    /// <inheritdoc/>
    public long SampledTokens => rounds.Sampler.Tokens;

    /// <inheritdoc/>
    public TimeSpan SamplingTime => rounds.Sampler.Elapsed;

    /// <inheritdoc/>
    public IReadOnlyList<SampledText> Shown { get; private set; } = [];

    /// <inheritdoc/>
    public int StepsPerEpoch => plan.StepsPerEpoch;

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<RolloutBatch>> Steps(long from)
    {
        for (var step = from; ; step++)
        {
            var place = plan.PlaceOf(step + _skipped);
            if (_current?.Round != place.Round)
                _current = rounds.Make(place.Round, cancellation);
            yield return Batches(_current, place);
        }
    }

    /// <inheritdoc/>
    public void Gave(StepSummary summary)
    {
        if (!(summary.Metrics.TryGetValue(MetricNames.ApproximateKL, out var divergence) && divergence > TargetKL))
            return;
        var following = _next + _skipped + 1;
        var left = plan.NextRound(following - 1) - following;
        if (left > 0)
            _earlyStops++;
        _skipped += left;
    }

    /// <inheritdoc/>
    public void Stepped(int step) => _next = step;

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        rounds.Save(writer);
        writer.WriteValue(Next, _next);
        writer.WriteValue(Skipped, _skipped);
        writer.WriteValue(Stops, _earlyStops);
        var isInside = _current is not null && plan.PlaceOf(_next + _skipped).Round == _current.Round;
        RolloutState.Save(isInside ? _current : null, writer);
    }

    /// <inheritdoc/>
    public void Restore(IStateReader reader)
    {
        rounds.Restore(reader);
        (_next, _skipped, _earlyStops) = (reader.ReadValue<long>(Next), reader.ReadValue<long>(Skipped), reader.ReadValue<int>(Stops));
        _current = RolloutState.Restore(reader);
    }

    private RolloutBatch[] Batches(Rollout rollout, RolloutPlace place)
    {
        var groups = plan.Pass(rollout.Round, place.Pass)[place.Batch].Select(at => rollout.Groups[at]).ToArray();
        Shown = place.Pass == 0 ? rounds.Shown(groups) : [];
        var kept = rounds.Needed(groups);
        var left = groups.Except(kept).SelectMany(group => group.Rows).ToArray();
        RolloutBatch[] batches = [.. RolloutPacking.Pack(kept, plan.Steps).Select(packed => packed.ToBatch(place.IsFirst))];
        batches[0] = batches[0] with
        {
            LeftOut = new(left.Length, left.Sum(row => row.Ids.Length)),
            Report = TargetKL is null
                ? rollout.Report
                : new Dictionary<string, double>(rollout.Report) { [RolloutMetrics.EarlyStops] = _earlyStops },
        };
        return batches;
    }
}
