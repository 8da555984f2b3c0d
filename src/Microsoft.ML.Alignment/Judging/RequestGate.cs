namespace Microsoft.ML.Alignment.Judging;

/// <summary>Lets requests through: so many at once, so many a minute.</summary>
internal sealed class RequestGate(FeedbackLimits limits, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _places = new(limits.MaxConcurrency);
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Waits for a place, which its holder gives back by disposing it.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var wait = Reserve();
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, cancellation).ConfigureAwait(false);
            return new Place(_places);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Waits before a request is sent again: 1, 2, 4, … seconds.</summary>
    public Task BackOffAsync(int attempt, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt))), clock, cancellation);

    public void Dispose() => _places.Dispose();

    private TimeSpan Reserve()
    {
        if (limits.RequestsPerMinute is not { } perMinute)
            return TimeSpan.Zero;
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            var mine = _next > now ? _next : now;
            _next = mine + (TimeSpan.FromMinutes(1) / perMinute);
            return mine - now;
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
