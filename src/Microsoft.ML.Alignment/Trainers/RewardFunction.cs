using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment;

/// <summary>Makes reward functions.</summary>
public static class RewardFunction
{
    /// <summary>A reward of prompt and completion.</summary>
    /// <param name="name">Its name in metrics.</param>
    /// <param name="score">Gets both as text; returns a score, or null to say nothing.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IRewardFunction Of(string name, Func<string, string, double?> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new FunctionReward(Require.NotEmpty(name), [], (sampled, _) => new(score(sampled.Prompt, sampled.Completion)));
    }

    /// <summary>A reward that also reads other columns of the prompt's row, for example the right answer.</summary>
    /// <param name="name">Its name in metrics.</param>
    /// <param name="columnNames">The columns that it reads: text, Single, Double, Int32 or Boolean.</param>
    /// <param name="score">Gets prompt and completion as text, and the row; returns a score, or null to say nothing.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IRewardFunction Of(string name, IReadOnlyList<string> columnNames, Func<string, string, RewardRow, double?> score)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        ArgumentNullException.ThrowIfNull(score);
        return new FunctionReward(Require.NotEmpty(name), columnNames, (sampled, _) => new(score(sampled.Prompt, sampled.Completion, sampled.Row)));
    }

    /// <summary>A reward that is waited for, for example of a service. All completions of a rollout are asked for at once.</summary>
    /// <param name="name">Its name in metrics.</param>
    /// <param name="columnNames">The columns of the prompt's row that it reads: text, Single, Double, Int32 or Boolean.</param>
    /// <param name="score">Gets a completion and the run's token; returns a score, or null to say nothing.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IRewardFunction OfAsync(
        string name, IReadOnlyList<string> columnNames, Func<SampledCompletion, CancellationToken, Task<double?>> score)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        ArgumentNullException.ThrowIfNull(score);
        return new FunctionReward(Require.NotEmpty(name), columnNames, (sampled, cancellation) => new(score(sampled, cancellation)));
    }

    /// <summary>A reward of each token, for example of each step of a solution.</summary>
    /// <param name="name">Its name in metrics, which show the sum over a completion.</param>
    /// <param name="columnNames">The columns of the prompt's row that it reads: text, Single, Double, Int32 or Boolean.</param>
    /// <param name="score">
    /// Gets a completion, with where each of its tokens ends (<see cref="SampledCompletion.TokenEnds"/>); returns a number a token, shape
    /// <c>[T]</c>, or null to say nothing.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IRewardFunction OfTokens(
        string name, IReadOnlyList<string> columnNames, Func<SampledCompletion, IReadOnlyList<double>?> score)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        ArgumentNullException.ThrowIfNull(score);
        return new FunctionTokenReward(Require.NotEmpty(name), columnNames, score);
    }

    /// <summary>A judge's score of each completion, asked while the policy trains (direct RLAIF; Lee et al., 2023, arXiv:2309.00267).</summary>
    /// <param name="scorer">The judge; borrowed.</param>
    /// <param name="session">What it is asked through; borrowed. With a journal, a run that goes on asks nothing twice.</param>
    /// <param name="name">Its name in metrics.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static IRewardFunction FromScorer(ICompletionScorer scorer, FeedbackSession session, string name = "judge")
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(session);
        return OfAsync(name, [], async (sampled, cancellation) =>
            (await scorer.ScoreAsync(sampled.Prompt, sampled.Completion, session, cancellation).ConfigureAwait(false)).Value);
    }

    /// <summary>
    /// The score column of a fitted transformer: an ML.NET text classifier, or a reward model that was fitted before, whatever its
    /// tokenizer.
    /// </summary>
    /// <param name="environment">The context.</param>
    /// <param name="scorer">The transformer; borrowed. It gets rows of a prompt and a completion, as text.</param>
    /// <param name="scoreColumnName">Its output, a column of Single.</param>
    /// <param name="promptColumnName">What the prompt's column is called in its input.</param>
    /// <param name="completionColumnName">What the completion's column is called in its input.</param>
    /// <param name="name">Its name in metrics; null takes the score column's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The transformer gives no such column, or it is of another type.</exception>
    public static IRewardFunction FromTransformer(
        MLContext environment, ITransformer scorer, string scoreColumnName = ColumnNames.Score,
        string promptColumnName = ColumnNames.Prompt, string completionColumnName = ColumnNames.Completion, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(scorer);
        return new TransformerReward(environment, scorer, new(promptColumnName, completionColumnName, scoreColumnName), name ?? scoreColumnName);
    }
}
