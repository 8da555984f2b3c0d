using System.Diagnostics;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Serves what the policy samples: each round is written by the policy as it then is, and trained on in several steps.</summary>
/// <param name="rounds">Makes a round.</param>
/// <param name="plan">How rounds are dealt out to steps.</param>
/// <param name="cancellation">The run's.</param>
internal sealed class RolloutSource(RolloutMaker rounds, RolloutPlan plan, CancellationToken cancellation) : IBatchSource<RolloutBatch>, ITrainingState
{
    private readonly Stopwatch _watch = new();
    private Rollout? _current;
    private long _next;
    private long _trainedTokens;

    /// <inheritdoc/>
    public int StepsPerEpoch => plan.StepsPerEpoch;

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<RolloutBatch>> Steps(long from)
    {
        for (var step = from; ; step++)
        {
            var place = plan.PlaceOf(step);
            if (_current?.Round != place.Round)
                _current = rounds.Make(place.Round, cancellation);
            _watch.Start();
            var batches = Batches(_current, place);
            yield return batches;
            _watch.Stop();
            _trainedTokens += batches.Sum(batch => (long)batch.TokenCount);
        }
    }

    /// <inheritdoc/>
    public void Stepped(int step) => _next = step;

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        rounds.Save(writer);
        var isInside = _current is not null && plan.PlaceOf(_next).Round == _current.Round;
        RolloutState.Save(isInside ? _current : null, writer);
    }

    /// <inheritdoc/>
    public void Restore(IStateReader reader)
    {
        rounds.Restore(reader);
        _current = RolloutState.Restore(reader);
    }

    private RolloutBatch[] Batches(Rollout rollout, RolloutPlace place)
    {
        var groups = plan.Pass(rollout.Round, place.Pass)[place.Batch].Select(at => rollout.Groups[at]).ToArray();
        var kept = rounds.Needed(groups);
        var left = groups.Except(kept).SelectMany(group => group.Rows).ToArray();
        RolloutBatch[] batches = [.. RolloutPacking.Pack(kept, plan.Steps).Select(packed => packed.ToBatch(place.IsFirst))];
        batches[0] = batches[0] with
        {
            LeftOut = new(left.Length, left.Sum(row => row.Ids.Length)),
            Report = new Dictionary<string, double>(rollout.Report) { [RolloutMetrics.TrainingRate] = Rate() },
        };
        return batches;
    }

    private double Rate() => _watch.Elapsed > TimeSpan.Zero ? _trainedTokens / _watch.Elapsed.TotalSeconds : 0;
}
