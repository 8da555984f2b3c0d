namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>All rewards of a method, and what they say of a rollout.</summary>
/// <param name="functions">At least one; names differ.</param>
/// <param name="sum">Makes one score of several.</param>
/// <param name="failed">What happens where one fails.</param>
internal sealed class RewardPanel(IReadOnlyList<IRewardFunction> functions, RewardSum sum, FailedRewards failed)
{
    /// <summary>Gets whether a reward is one of tokens.</summary>
    public bool ReadsTokens { get; } = functions.Any(function => function is ITokenRewardFunction);

    /// <summary>Scores completions by all rewards.</summary>
    /// <param name="groups">The completions of each prompt.</param>
    /// <param name="cancellation">The run's.</param>
    /// <exception cref="RewardFailedException">A reward failed.</exception>
    public Scores Score(IReadOnlyList<IReadOnlyList<SampledCompletion>> groups, CancellationToken cancellation)
    {
        SampledCompletion[] all = [.. groups.SelectMany(group => group)];
        var failures = 0;
        RewardParts[][] parts = [.. functions.Select(function => Ask(function, all, ref failures, cancellation))];
        double?[][] each = [.. parts.Select(scores => Array.ConvertAll(scores, score => score.Whole))];
        var (total, start) = (new double?[groups.Count][], 0);
        for (var g = 0; g < groups.Count; g++)
        {
            var (from, to) = (start, start += groups[g].Count);
            total[g] = sum.Of([.. each.Select(scores => scores[from..to])]);
        }

        return new(total, [.. functions.Zip(each, (function, scores) => new NamedScores(function.Name, scores))], failures)
        {
            OfTokens = [.. Enumerable.Range(0, all.Length).Select(i => sum.OfTokens([.. parts.Select(scores => scores[i].Tokens)]))],
        };
    }

    private RewardParts[] Ask(IRewardFunction function, SampledCompletion[] all, ref int failures, CancellationToken cancellation)
    {
        var scores = Whole(function, all, cancellation) ?? OneByOne(function, all, ref failures, cancellation);
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i].Whole is not { } score || double.IsFinite(score))
                continue;
            if (failed == FailedRewards.Throw)
                throw new RewardFailedException(function.Name, all[i], $"it gave {score}; a finite number or null is needed.");
            scores[i] = default;
            failures++;
        }

        return scores;
    }

    // Null where it failed and those that did not may go on.
    private RewardParts[]? Whole(IRewardFunction function, SampledCompletion[] completions, CancellationToken cancellation)
    {
        try
        {
            RewardParts[] scores = function is ITokenRewardFunction tokens
                ? [.. Await(() => tokens.ScoreTokensAsync(completions, cancellation)).Select(RewardParts.Of)]
                : [.. Await(() => function.ScoreAsync(completions, cancellation)).Select(score => new RewardParts(score, null))];
            if (scores.Length != completions.Length)
                throw new InvalidOperationException(
                    $"The reward '{function.Name}' gave {scores.Length} scores for {completions.Length} completions.");
            foreach (var (score, completion) in scores.Zip(completions))
                if (score.Tokens is { } each && each.Length != completion.TokenCount)
                    throw new RewardFailedException(
                        function.Name, completion, $"it gave {each.Length} numbers for {completion.TokenCount} tokens; one a token is needed.");
            return scores;
        }
        catch when (!cancellation.IsCancellationRequested && failed == FailedRewards.Skip)
        {
            return null;
        }
    }

    // The thread that trains waits, so that nothing may come back to it, as it would in a window or a notebook.
    private static T Await<T>(Func<Task<T>> ask)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return ask().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private RewardParts[] OneByOne(IRewardFunction function, SampledCompletion[] all, ref int failures, CancellationToken cancellation)
    {
        var scores = new RewardParts[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            if (Whole(function, [all[i]], cancellation) is { } one)
                scores[i] = one[0];
            else
                failures++;
        }

        return scores;
    }
}

/// <summary>What a reward says of a completion.</summary>
/// <param name="Whole">The score; null for nothing.</param>
/// <param name="Tokens">What of it belongs to each token, shape <c>[T]</c>; null where it belongs to the whole.</param>
internal readonly record struct RewardParts(double? Whole, double[]? Tokens)
{
    public static RewardParts Of(IReadOnlyList<double>? tokens) => new(tokens?.Sum(), tokens is null ? null : [.. tokens]);
}

/// <summary>What rewards say of a rollout.</summary>
/// <param name="Total">A score a completion of each prompt; null where no reward says anything.</param>
/// <param name="Each">What each reward says of all completions.</param>
/// <param name="Failures">Scores that failed.</param>
internal sealed record Scores(double?[][] Total, IReadOnlyList<NamedScores> Each, int Failures)
{
    /// <summary>Gets what of the total belongs to the tokens of each completion, one prompt's behind another's; null where nothing does.</summary>
    public IReadOnlyList<double[]?> OfTokens { get; init; } = [];

    /// <summary>Gets how many scores failed.</summary>
    public int Failures { get; private set; } = Failures;

    /// <summary>Puts what is said of prompts that were sampled again in the place of what was said of them.</summary>
    /// <param name="places">The places of the prompts.</param>
    /// <param name="size">Completions of a prompt.</param>
    /// <param name="again">What is said of them now.</param>
    public void Replace(int[] places, int size, Scores again)
    {
        for (var i = 0; i < places.Length; i++)
        {
            Total[places[i]] = again.Total[i];
            foreach (var (mine, others) in Each.Zip(again.Each))
                Array.Copy(others.Values, i * size, mine.Values, places[i] * size, size);
        }

        Failures += again.Failures;
    }
}

/// <summary>What one reward says.</summary>
/// <param name="Name">The reward's name.</param>
/// <param name="Values">A score a completion.</param>
internal sealed record NamedScores(string Name, double?[] Values);
