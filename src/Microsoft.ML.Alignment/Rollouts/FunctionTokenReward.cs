namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>A reward that scores the tokens of each completion by a function of the user's.</summary>
internal sealed class FunctionTokenReward(
    string name, IReadOnlyList<string> columns, Func<SampledCompletion, IReadOnlyList<double>?> score) : ITokenRewardFunction
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> ColumnNames => columns;

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<double>?>> ScoreTokensAsync(
        IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<IReadOnlyList<double>?>>([.. completions.Select(Ask)]);

    private IReadOnlyList<double>? Ask(SampledCompletion completion)
    {
        try
        {
            return score(completion);
        }
        catch (Exception e)
        {
            throw new RewardFailedException(name, completion, e);
        }
    }
}
