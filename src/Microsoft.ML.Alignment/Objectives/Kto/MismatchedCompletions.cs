using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>Puts prompts together with completions of other rows; KTO measures on them how far the policy is from its reference.</summary>
/// <param name="maxLength">
/// Most tokens of prompt and completion; a prompt that is too long beside its new completion is shortened.
/// </param>
/// <param name="beginTokenId">The id that stays in front when a prompt that begins with it is cut; null if there is none.</param>
internal sealed class MismatchedCompletions(int maxLength, int? beginTokenId)
{
    /// <summary>
    /// Gets whether a pass over the rows themselves may hold the other completions too: not where it drops inputs, which the divergence is
    /// measured without.
    /// </summary>
    public bool SharesPasses { get; init; } = true;

    /// <summary>
    /// Gets what shortens the prompt of a row to so many tokens; null where nothing of it fits, so that the new completion loses its end instead.
    /// The default cuts ids from the left, which is for text.
    /// </summary>
    public Func<TokenizedExample, int, int[]?> Shorten { get; init; } = (row, room) => PromptCut.FromLeft(row.Prompt, room, beginTokenId);

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

    /// <summary>Both completions of every prompt, own before other; null where a prompt was cut for the other one.</summary>
    /// <param name="step">The rows.</param>
    /// <param name="mismatched">What <see cref="Of"/> made of them.</param>
    public static TokenizedExample[]? Together(IReadOnlyList<TokenizedExample> step, IReadOnlyList<TokenizedExample> mismatched)
    {
        var samePrompts = step.Zip(mismatched).All(p => p.First.Prompt.AsSpan().SequenceEqual(p.Second.Prompt));
        return samePrompts ? [.. step.Zip(mismatched, (own, other) => own.And(other))] : null;
    }

    private TokenizedExample With(TokenizedExample row, int[] completion)
    {
        var room = maxLength - completion.Length;
        var prompt = row.Prompt.Length <= room ? row.Prompt : Shorten(row, room);
        return row with
        {
            Prompt = prompt ?? row.Prompt,
            Completions = [prompt is null ? completion[..(maxLength - row.Prompt.Length)] : completion],
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
