using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>A completion that is being written.</summary>
/// <param name="prompt">Token ids of its prompt.</param>
/// <param name="sampler">Takes its tokens.</param>
/// <param name="stream">Its random numbers.</param>
/// <param name="limit">The most tokens; at least 1.</param>
/// <param name="endTokens">Ids that end it.</param>
internal sealed class DecodingRow(int[] prompt, TokenSampler sampler, RandomStream stream, int limit, HashSet<int> endTokens)
{
    private readonly List<int> _completion = [];
    private volatile bool _isStopped;
    private bool _isComplete;

    /// <summary>Gets the ids of the prompt.</summary>
    public int[] Prompt => prompt;

    /// <summary>Gets what takes its tokens.</summary>
    public TokenSampler Sampler => sampler;

    /// <summary>Gets its random numbers.</summary>
    public RandomStream Stream => stream;

    /// <summary>Gets who is told of each token as it is written; null where nobody waits for single ones.</summary>
    public Action<int>? OnToken { get; init; }

    /// <summary>Gets whether no more is written, because it is complete or nobody wants it.</summary>
    public bool Ended => _isComplete || _isStopped;

    /// <summary>Gets what was written, the end token included.</summary>
    public Generated Completion => new([.. _completion], _completion.Count > 0 && endTokens.Contains(_completion[^1]));

    /// <summary>Gets the newest token.</summary>
    public int Newest => _completion[^1];

    /// <summary>Gets the tokens of prompt and completion.</summary>
    public int Length => prompt.Length + _completion.Count;

    /// <summary>Ends it before its time; from any thread.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Puts a token behind it, unless it is complete.</summary>
    public void Add(int token)
    {
        if (_isComplete)
            return;
        _completion.Add(token);
        _isComplete = endTokens.Contains(token) || _completion.Count == limit;
        OnToken?.Invoke(token);
    }
}
