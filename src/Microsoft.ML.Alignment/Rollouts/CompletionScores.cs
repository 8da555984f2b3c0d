using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Scores sampled completions: by the rewards, on their scale, and by how they ended.</summary>
/// <param name="panel">The rewards.</param>
/// <param name="prompts">What rewards want to know of prompts.</param>
/// <param name="decode">Text of a completion.</param>
internal sealed class CompletionScores(RewardPanel panel, RolloutPrompts prompts, Func<int[], string> decode)
{
    /// <summary>Gets what is made of the score of a completion without an end token.</summary>
    public MissingEnd MissingEnd { get; init; }

    /// <summary>Gets the scale of scores. The default leaves them as they are.</summary>
    public ScoreScaling Scaling { get; init; } = ScoreScaling.None;

    /// <summary>Finds the scale of scores from completions of the policy that came in.</summary>
    public void Measure(IReadOnlyList<SampledGroup> groups, CancellationToken cancellation) =>
        Scaling.Measure(Ask(groups, cancellation).Total.SelectMany(total => total));

    /// <summary>Gives every completion its score.</summary>
    /// <returns>What the rewards said.</returns>
    public Scores Score(IReadOnlyList<SampledGroup> groups, CancellationToken cancellation)
    {
        var scores = Ask(groups, cancellation);
        Scaling.Observe(scores.Total.SelectMany(total => total));
        foreach (var (group, total) in groups.Zip(scores.Total))
            for (var c = 0; c < total.Length; c++)
                group.Rows[c].Score = MissingEnd.Apply(total[c] is { } score ? Scaling.Current.Apply(score) : null, group.Rows[c].Ended);
        foreach (var (row, tokens) in groups.SelectMany(group => group.Rows).Zip(scores.OfTokens))
            row.TokenScores = tokens is null || MissingEnd.Replaces(row.Ended) ? null : Scaling.Current.ApplyToParts(tokens);
        return scores;
    }

    /// <summary>A completion as people are shown it.</summary>
    public SampledText Shown(SampledGroup group, SampledRow row) => new(prompts.Texts[group.Index], TextOf(row))
    {
        Reward = row.Score,
        Divergence = row.Note?.Divergence,
        Rewards = row.Note?.Rewards ?? [],
        Tokens = row.Ids.Length,
        Ended = row.Ended,
    };

    /// <summary>The text of a completion.</summary>
    public string TextOf(SampledRow row) => decode(row.Ids);

    private Scores Ask(IReadOnlyList<SampledGroup> groups, CancellationToken cancellation) =>
        panel.Score([.. groups.Select(group => group.Rows.Select(row => Seen(group, row)).ToArray())], cancellation);

    private SampledCompletion Seen(SampledGroup group, SampledRow row) =>
        prompts.Completion(group.Index, TextOf(row), row) with
        {
            PromptIds = group.Prompt,
            Ids = row.Ids,
            TokenEnds = panel.ReadsTokens ? EndsOf(row) : [],
        };

    // What a character's first bytes decode to may be longer than the character.
    private int[] EndsOf(SampledRow row)
    {
        var length = TextOf(row).Length;
        return [.. Enumerable.Range(1, row.Ids.Length).Select(count => Math.Min(decode(row.Ids[..count]).Length, length))];
    }
}

/// <summary>What is made of the score of a completion without an end token.</summary>
/// <param name="Penalty">What is taken off.</param>
/// <param name="Fixed">What stands in its place; null leaves it.</param>
internal readonly record struct MissingEnd(double Penalty, double? Fixed)
{
    /// <summary>The score by how the completion ended; null stays null.</summary>
    public double? Apply(double? score, bool ended) => ended || score is null ? score : Fixed ?? score - Penalty;

    /// <summary>Whether nothing of what rewards said is left.</summary>
    public bool Replaces(bool ended) => !ended && Fixed is not null;
}
