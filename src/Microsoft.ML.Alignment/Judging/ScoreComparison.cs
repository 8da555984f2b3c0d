namespace Microsoft.ML.Alignment.Judging;

/// <summary>Compares by scores: the higher one is better, equal ones are a tie.</summary>
internal sealed class ScoreComparison(ICompletionScorer scorer)
{
    public async Task<PreferenceVerdict> CompareAsync(PreferenceQuestion question, FeedbackSession session, CancellationToken cancellation)
    {
        var first = await scorer.ScoreAsync(question.Prompt, question.First, session, cancellation).ConfigureAwait(false);
        var second = await scorer.ScoreAsync(question.Prompt, question.Second, session, cancellation).ConfigureAwait(false);
        var usage = first.Usage + second.Usage;
        if (first.Value is not { } a)
            return PreferenceVerdict.Abstain(first.Explanation) with { Usage = usage };
        if (second.Value is not { } b)
            return PreferenceVerdict.Abstain(second.Explanation) with { Usage = usage };
        var probability = a > b ? 1 : a < b ? 0 : 0.5;
        return new() { FirstProbability = probability, Usage = usage };
    }
}
