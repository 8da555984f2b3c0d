using System.Threading.Channels;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>
/// Writes completions of several callers together: who comes joins the batch that runs, and leaves it when done. One thread computes while
/// there is work; it ends when there has been none for some time. Safe to use from several threads.
/// </summary>
internal sealed class SharedDecoder : IDisposable
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly LanguageModel _model;
    private readonly Precision _precision;
    private readonly DecodingLimits _limits;
    private readonly TimeSpan _patience;
    private readonly HashSet<int> _endTokens;
    private readonly Queue<DecodingCall> _waiting = [];
    private bool _isRunning;
    private bool _isDisposed;
    private long _passes;

    /// <param name="model">The model; the decoder holds a share of it.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    /// <param name="limits">How much is computed at once.</param>
    /// <param name="patience">How long the thread waits for work before it ends; null for the default of two seconds.</param>
    public SharedDecoder(LanguageModel model, Precision precision, DecodingLimits limits, TimeSpan? patience = null)
    {
        (_model, _precision, _limits, _patience) = (model.Share(), precision, limits, patience ?? UsualPatience);
        _endTokens = [.. model.Config.EosTokenIds];
    }

    /// <summary>Gets the model; borrowed.</summary>
    public LanguageModel Model => _model;

    /// <summary>Gets the ids that end a completion.</summary>
    public IReadOnlySet<int> EndTokens => _endTokens;

    /// <summary>Gets the passes over the network so far, of prompts and of tokens.</summary>
    public long Passes => Interlocked.Read(ref _passes);

    /// <summary>Gets whether the thread is there.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
                return _isRunning;
        }
    }

    /// <summary>Begins a completion.</summary>
    /// <param name="prompt">Token ids; at least one, all of the vocabulary, fewer than the model has positions.</param>
    /// <param name="maxNewTokens">The most tokens; fewer where the prompt leaves fewer of the model's positions.</param>
    /// <param name="sampler">Takes tokens.</param>
    /// <param name="stream">The random numbers.</param>
    /// <returns>What is written; dispose it to want no more.</returns>
    /// <exception cref="ObjectDisposedException">The decoder was disposed.</exception>
    public DecodingCall Begin(int[] prompt, int maxNewTokens, TokenSampler sampler, RandomStream stream)
    {
        var limit = Math.Min(maxNewTokens, _model.Config.MaxPositions - prompt.Length);
        var call = new DecodingCall(onToken => new(prompt, sampler, stream, limit, _endTokens) { OnToken = onToken });
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SharedDecoder));
            _waiting.Enqueue(call);
            Monitor.Pulse(_gate);
            if (!_isRunning)
                Start(_model.Share());
        }

        return call;
    }

    /// <summary>Takes no more calls; those that are there are completed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }

        _model.Dispose();
    }

    private void Start(LanguageModel held)
    {
        _isRunning = true;
        new Thread(() => Work(held)) { IsBackground = true, Name = "Alignment decoder" }.UnsafeStart();
    }

    private void Work(LanguageModel held)
    {
        using (held)
        using (no_grad())
        {
            while (RunBatch(held))
            {
            }
        }
    }

    // False when there is nothing left to do; true after a failure, which is that of the calls it met.
    private bool RunBatch(LanguageModel model)
    {
        var calls = new List<DecodingCall>();
        using var pass = model.OpenPass(new(_precision), weightsStandStill: true);
        DecodingBatch? batch = null;
        try
        {
            while (Take(calls, batch) is { } newcomers)
            {
                batch ??= new(model.Network, pass, model.Config.LayerCount);
                Advance(batch, newcomers);
                calls.RemoveAll(call => call.CompleteIfEnded());
            }

            return false;
        }
        catch (Exception e)
        {
            foreach (var call in calls)
                call.Fail(e);
            return true;
        }
        finally
        {
            batch?.Dispose();
        }
    }

    private void Advance(DecodingBatch batch, DecodingCall[] newcomers)
    {
        if (batch.IsWriting)
            Interlocked.Increment(ref _passes);
        batch.Step();
        if (newcomers.Length == 0)
            return;
        Interlocked.Increment(ref _passes);
        batch.Admit([.. newcomers.Select(call => call.Row)]);
    }

    // Waits while there is nothing to do; null when the thread is to end, which it then has said.
    private DecodingCall[]? Take(List<DecodingCall> calls, DecodingBatch? batch)
    {
        lock (_gate)
        {
            while (batch?.IsWriting != true && _waiting.Count == 0)
            {
                calls.RemoveAll(call => call.CompleteIfEnded());
                if (_isDisposed || !Monitor.Wait(_gate, _patience) && _waiting.Count == 0)
                {
                    _isRunning = false;
                    return null;
                }
            }

            var newcomers = Newcomers(batch?.Rows.Count(row => !row.Ended) ?? 0, batch?.PromptTokens ?? 0);
            calls.AddRange(newcomers);
            return newcomers;
        }
    }

    private DecodingCall[] Newcomers(int rows, int promptTokens)
    {
        var taken = new List<DecodingCall>();
        while (_waiting.TryPeek(out var next))
        {
            var isFirst = rows + taken.Count == 0;
            promptTokens += next.Row.Prompt.Length;
            if (!isFirst && !next.Row.Ended && (rows + taken.Count == _limits.Rows || promptTokens > _limits.PromptTokens))
                break;
            _waiting.Dequeue();
            if (!next.CompleteIfEnded())
                taken.Add(next);
        }

        return [.. taken];
    }
}

/// <summary>A completion that is written beside those of others; dispose it to want no more.</summary>
internal sealed class DecodingCall : IDisposable
{
    private readonly Channel<int> _tokens = Channel.CreateUnbounded<int>(new() { SingleReader = true, SingleWriter = true });

    /// <param name="makeRow">Makes the row, which tells of its tokens.</param>
    public DecodingCall(Func<Action<int>, DecodingRow> makeRow) => Row = makeRow(token => _tokens.Writer.TryWrite(token));

    /// <summary>Gets its row of the batch.</summary>
    public DecodingRow Row { get; }

    /// <summary>Gets the tokens, the end token included; it ends with the completion.</summary>
    public IAsyncEnumerable<int> Tokens(CancellationToken cancellation) => _tokens.Reader.ReadAllAsync(cancellation);

    /// <summary>Tells the reader that no token follows, if that is so.</summary>
    public bool CompleteIfEnded()
    {
        if (Row.Ended)
            _tokens.Writer.TryComplete();
        return Row.Ended;
    }

    /// <summary>Tells the reader what went wrong.</summary>
    public void Fail(Exception exception) => _tokens.Writer.TryComplete(exception);

    /// <inheritdoc/>
    public void Dispose() => Row.Stop();
}
