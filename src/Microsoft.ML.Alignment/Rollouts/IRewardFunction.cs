namespace Microsoft.ML.Alignment;

/// <summary>
/// Says how good sampled completions are. <see cref="RewardFunction"/> makes one of a function or of a fitted transformer; a class of your
/// own may score many at once.
/// </summary>
public interface IRewardFunction
{
    /// <summary>Gets the name, which stands in metrics, e.g. <c>rewards/length/mean</c>.</summary>
    string Name { get; }

    /// <summary>Gets the columns of the prompt's row that it reads: text, Single, Double, Int32 or Boolean. The default is none.</summary>
    IReadOnlyList<string> ColumnNames => [];

    /// <summary>Scores completions.</summary>
    /// <param name="completions">The completions of one rollout; those of one prompt follow one another.</param>
    /// <param name="cancellationToken">The run's.</param>
    /// <returns>
    /// A score a completion, in order, finite; null where it has nothing to say, which leaves the completion out of baselines and of
    /// training.
    /// </returns>
    Task<IReadOnlyList<double?>> ScoreAsync(IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default);
}
