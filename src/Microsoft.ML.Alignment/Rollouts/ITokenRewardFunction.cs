namespace Microsoft.ML.Alignment;

/// <summary>
/// Says how good each token of sampled completions is: a reward of the process and not of its end (Lightman et al., 2023, arXiv:2305.20050).
/// <see cref="RewardFunction.OfTokens"/> makes one of a function.
/// </summary>
/// <remarks>
/// <see cref="PpoTrainer"/>, and <see cref="GrpoTrainer"/> with advantages over all prompts, give each token what comes from it on. Methods
/// that compare whole completions take the sum.
/// </remarks>
public interface ITokenRewardFunction : IRewardFunction
{
    /// <summary>Scores the tokens of completions.</summary>
    /// <param name="completions">The completions of one rollout; those of one prompt follow one another.</param>
    /// <param name="cancellationToken">The run's.</param>
    /// <returns>
    /// For each completion, in order, a finite number a token (<see cref="SampledCompletion.TokenCount"/>), shape <c>[T]</c>; null where it
    /// has nothing to say, which leaves the completion out of baselines and of training.
    /// </returns>
    Task<IReadOnlyList<IReadOnlyList<double>?>> ScoreTokensAsync(
        IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default);

    async Task<IReadOnlyList<double?>> IRewardFunction.ScoreAsync(
        IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken) =>
        [.. (await ScoreTokensAsync(completions, cancellationToken).ConfigureAwait(false)).Select(tokens => tokens?.Sum())];
}
