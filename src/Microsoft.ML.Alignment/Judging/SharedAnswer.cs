using System.Text.Json;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>A value that several callers wait for. It is computed once, until the last of them stops waiting.</summary>
internal sealed class SharedAnswer : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<Task<JsonElement>> _answer;
    private int _waiting;
    private bool _isDisposed;

    /// <param name="produce">Computes it; begins when the first caller waits.</param>
    public SharedAnswer(Func<CancellationToken, Task<JsonElement>> produce) => _answer = new(() => produce(_stop.Token));

    /// <summary>Gets whether the value is there, or will yet be.</summary>
    public bool IsGood => !_stop.IsCancellationRequested && !(_answer.IsValueCreated && (_answer.Value.IsFaulted || _answer.Value.IsCanceled));

    /// <summary>Joins those who wait; false if the last of them has just left.</summary>
    public bool TryJoin()
    {
        lock (_stop)
        {
            _waiting += _stop.IsCancellationRequested ? 0 : 1;
            return !_stop.IsCancellationRequested;
        }
    }

    /// <summary>Waits, after having joined.</summary>
    public async Task<JsonElement> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await _answer.Value.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Frees what cancels it; who waits goes on waiting.</summary>
    public void Dispose()
    {
        lock (_stop)
        {
            _isDisposed = true;
            _stop.Dispose();
        }
    }

    // Nobody is left who wants it.
    private void Leave()
    {
        lock (_stop)
        {
            if (--_waiting == 0 && !_answer.Value.IsCompleted && !_isDisposed)
                _stop.Cancel();
        }
    }
}
