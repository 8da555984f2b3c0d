namespace Microsoft.ML.Alignment.Judging;

/// <summary>Counts how requests go. Safe to use from several threads.</summary>
internal sealed class RequestCounts
{
    private readonly Lock _lock = new();
    private FeedbackRequests _counted = new();
    private (long Count, TimeSpan Time) _answered;

    public FeedbackRequests Snapshot
    {
        get
        {
            lock (_lock)
                return _counted with { MeanTime = _answered.Count == 0 ? null : _answered.Time / _answered.Count };
        }
    }

    public void Add(long asked = 0, long fromJournal = 0, long retries = 0, long failed = 0)
    {
        lock (_lock)
            _counted = _counted with
            {
                Asked = _counted.Asked + asked,
                FromJournal = _counted.FromJournal + fromJournal,
                Retries = _counted.Retries + retries,
                Failed = _counted.Failed + failed,
            };
    }

    /// <summary>A client has answered.</summary>
    public void Answered(TimeSpan time)
    {
        lock (_lock)
        {
            _answered = (_answered.Count + 1, _answered.Time + time);
            Took(time);
        }
    }

    /// <summary>A client has failed.</summary>
    public void Failed(TimeSpan time, bool isTimeout)
    {
        lock (_lock)
        {
            _counted = _counted with { TimedOut = _counted.TimedOut + (isTimeout ? 1 : 0) };
            Took(time);
        }
    }

    private void Took(TimeSpan time)
    {
        if (_counted.LongestTime is not { } longest || time > longest)
            _counted = _counted with { LongestTime = time };
    }
}
