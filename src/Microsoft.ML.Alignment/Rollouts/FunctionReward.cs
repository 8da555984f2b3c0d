namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>A reward that scores each completion by a function of the user's.</summary>
internal sealed class FunctionReward(
    string name, IReadOnlyList<string> columns, Func<SampledCompletion, CancellationToken, ValueTask<double?>> score) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> ColumnNames => columns;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double?>> ScoreAsync(
        IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default)
    {
        // All are asked before any is waited for, so that answers from elsewhere arrive side by side.
        Task<double?>[] scores = [.. completions.Select(completion => Ask(completion, cancellationToken))];
        return await Task.WhenAll(scores).ConfigureAwait(false);
    }

    private async Task<double?> Ask(SampledCompletion completion, CancellationToken cancellationToken)
    {
        try
        {
            return await score(completion, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RewardFailedException(name, completion, e);
        }
    }
}
