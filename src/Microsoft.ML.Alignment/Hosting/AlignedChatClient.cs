using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Hosting;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The policy of a file as a chat client. <see cref="Reload"/> swaps it for what the file has become; answers under way are finished by
/// the policy that began them. Safe to use from several threads.
/// </summary>
public sealed class AlignedChatClient : IChatClient
{
    private readonly Lock _gate = new();
    private readonly Lock _reloading = new();
    private readonly string _path;
    private readonly ChatClientOptions? _options;
    private ServedPolicy _current;
    private bool _isDisposed;

    /// <summary>Loads a policy.</summary>
    /// <param name="path">A saved pipeline, of which the last policy answers; or a pretrained model, a Hugging Face folder or a GGUF file.</param>
    /// <param name="options">
    /// How it answers; null, the default, writes as the policy was told to when it was trained. The name of the model is that of the file,
    /// unless the options have one.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of a later version, or has no policy.</exception>
    /// <exception cref="ArgumentException">The policy has no chat template.</exception>
    /// <exception cref="NotSupportedException">The model needs something that is not implemented.</exception>
    public AlignedChatClient(string path, ChatClientOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (_path, _options) = (path, options);
        _current = ServedPolicy.Load(path, options);
    }

    /// <summary>
    /// Loads the file again. Requests from then on are answered by what it has now, those that run by what they began with, whose weights are
    /// freed with the last of them. Where loading fails, all stays as it was. Replace the file by renaming another over it, as
    /// <see cref="AlignmentCatalog.Save"/> does.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <inheritdoc cref="AlignedChatClient(string, ChatClientOptions)" path="/exception"/>
    public void Reload()
    {
        lock (_reloading)
        {
            Current().Release();
            var loaded = ServedPolicy.Load(_path, _options);
            ServedPolicy previous;
            lock (_gate)
            {
                if (_isDisposed)
                    loaded.Release();
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                (previous, _current) = (_current, loaded);
            }

            previous.Release();
        }
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Current().Release();
        return Answer([.. messages], options?.Clone(), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && serviceType.IsInstanceOfType(this))
            return this;
        var policy = Current();
        try
        {
            return policy.Client.GetService(serviceType, serviceKey);
        }
        finally
        {
            policy.Release();
        }
    }

    /// <summary>Takes no more requests; answers under way are finished, and the last of them frees the policy.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        _current.Release();
    }

    // Held from its first step to its last, so that a reload in between does it no harm.
    private async IAsyncEnumerable<ChatResponseUpdate> Answer(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var policy = Current();
        try
        {
            await foreach (var update in policy.Client.GetStreamingResponseAsync(messages, options, cancellation).ConfigureAwait(false))
                yield return update;
        }
        finally
        {
            policy.Release();
        }
    }

    // The caller's to release.
    private ServedPolicy Current()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _current.AddReference();
            return _current;
        }
    }
}
