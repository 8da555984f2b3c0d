using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>The work of a stage that is fitted.</summary>
/// <param name="Schema">The columns that come in; they carry the policy.</param>
/// <param name="Rows">The key columns of each different row, in the order in which they first stand.</param>
/// <param name="Session">What clients are asked through.</param>
/// <param name="Run">What stops the work.</param>
internal sealed record FeedbackTask(DataViewSchema Schema, IReadOnlyList<string[]> Rows, FeedbackSession Session, AlignmentRun Run)
{
    /// <summary>Gets whether prompts are conversations.</summary>
    public required bool AreConversations { get; init; }

    /// <summary>Gets the most rows that are worked on at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Gets who is told how far the work is.</summary>
    public required StageProgress Progress { get; init; }

    /// <summary>Gets whom to tell.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Gets what stops the work.</summary>
    public CancellationToken Cancellation => Run.CancellationToken;

    /// <summary>A prompt as a person reads it.</summary>
    public string Shown(string prompt) => PromptMessages.Shown(prompt, AreConversations);

    /// <summary>Does something for each row, some at once.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="work">What is done.</param>
    /// <param name="abstained">Whether nobody had an answer.</param>
    /// <returns>What came of them, in their order.</returns>
    public async Task<T[]> ForEachAsync<T>(
        IReadOnlyList<string[]> rows, Func<string[], CancellationToken, Task<T>> work, Predicate<T> abstained)
    {
        var results = new T[rows.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = Cancellation };
        await Parallel.ForAsync(0, rows.Count, options, async (index, cancellation) =>
        {
            results[index] = await work(rows[index], cancellation).ConfigureAwait(false);
            Progress.Done(1, abstained(results[index]) ? 1 : 0);
        }).ConfigureAwait(false);
        return results;
    }
}
