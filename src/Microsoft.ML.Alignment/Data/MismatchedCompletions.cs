namespace Microsoft.ML.Alignment.Data;

/// <summary>Puts prompts together with completions of other rows; KTO measures on them how far the policy is from its reference.</summary>
/// <param name="maxLength">
/// Most tokens of prompt and completion; a prompt that is too long beside its new completion is cut from the left.
/// </param>
/// <param name="beginTokenId">The id that stays in front when a prompt that begins with it is cut; null if there is none.</param>
internal sealed class MismatchedCompletions(int maxLength, int? beginTokenId)
{
    /// <summary>
    /// Gives each row the completion of the row before it in the step, the first that of the last; where that row has the same prompt, that
    /// of the nearest one before with another prompt, if there is any.
    /// </summary>
    /// <param name="step">The rows of an optimizer step, with one completion each.</param>
    /// <param name="neighbour">Another row of the data, which a row that is alone in its step takes the completion of.</param>
    /// <returns>One example a row.</returns>
    public TokenizedExample[] Of(IReadOnlyList<TokenizedExample> step, Func<TokenizedExample> neighbour)
    {
        IReadOnlyList<TokenizedExample> rows = step.Count == 1 ? [neighbour(), step[0]] : step;
        return [.. rows.Select((row, index) => With(row, Donor(rows, index).Completions[0])).TakeLast(step.Count)];
    }

    private TokenizedExample With(TokenizedExample row, int[] completion)
    {
        var room = maxLength - completion.Length;
        return row with
        {
            Prompt = PromptCut.FromLeft(row.Prompt, room, beginTokenId),
            Completions = [completion],
            ReferenceScores = null, // they are of the completion that was there
        };
    }

    private static TokenizedExample Donor(IReadOnlyList<TokenizedExample> rows, int index)
    {
        TokenizedExample Before(int distance) => rows[(index + rows.Count - distance) % rows.Count];
        var others = Enumerable.Range(1, rows.Count - 1).Select(Before);
        return others.FirstOrDefault(other => !other.Prompt.AsSpan().SequenceEqual(rows[index].Prompt)) ?? Before(1);
    }
}
