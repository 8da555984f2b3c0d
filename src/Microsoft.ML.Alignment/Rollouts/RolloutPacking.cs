using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Makes micro-batches of sampled groups, and takes back what was computed of their tokens.</summary>
internal static class RolloutPacking
{
    /// <summary>Packs the groups of an optimizer step.</summary>
    /// <param name="groups">At least one.</param>
    /// <param name="plan">How many tokens go in at once.</param>
    public static IReadOnlyList<PackedGroups> Pack(IReadOnlyList<SampledGroup> groups, BatchPlan plan)
    {
        TokenizedExample[] examples = [.. groups.Select(group => new TokenizedExample(group.Prompt, [.. group.Rows.Select(row => row.Ids)], []))];
        return [.. MicroBatches.Cut(examples, plan).Select(places => new PackedGroups(
            [.. places.Select(at => groups[at])], Collator.Pack([.. places.Select(at => examples[at])])))];
    }
}

/// <summary>Groups that are computed at once.</summary>
/// <param name="Groups">The groups, all of as many completions.</param>
/// <param name="Tokens">Their tokens.</param>
internal sealed record PackedGroups(IReadOnlyList<SampledGroup> Groups, TokenBatch Tokens)
{
    /// <summary>The completions in the order of the packed targets: the first of every group, then the second of every group, and so on.</summary>
    public IEnumerable<SampledRow> Rows => Enumerable.Range(0, Groups[0].Rows.Count).SelectMany(c => Groups.Select(group => group.Rows[c]));

    /// <summary>The micro-batch with all that its completions know.</summary>
    /// <param name="isFirstStep">Whether no step was taken since they were sampled.</param>
    public RolloutBatch ToBatch(bool isFirstStep) => new(Tokens)
    {
        Advantages = Join(row => row.Advantages ?? new float[row.Ids.Length]),
        Trains = Join(row => [.. Enumerable.Repeat(row.Advantages is null ? 0f : 1f, row.Ids.Length)]),
        OldLogProbs = JoinKnown(row => row.LogProbs),
        ReferenceLogProbs = JoinKnown(row => row.ReferenceLogProbs),
        OldValues = JoinKnown(row => row.Values),
        Returns = JoinKnown(row => row.Returns),
        IsFirstStep = isFirstStep,
    };

    /// <summary>Gives each completion what was computed of its tokens.</summary>
    /// <param name="tokens">Shape <c>[M]</c>.</param>
    /// <param name="give">Takes a completion and its share.</param>
    public void Split(float[] tokens, Action<SampledRow, float[]> give)
    {
        var start = 0;
        foreach (var row in Rows)
            give(row, tokens[start..(start += row.Ids.Length)]);
    }

    private float[] Join(Func<SampledRow, float[]> ofRow) => [.. Rows.SelectMany(ofRow)];

    private float[]? JoinKnown(Func<SampledRow, float[]?> ofRow) => ofRow(Groups[0].Rows[0]) is null ? null : Join(row => ofRow(row)!);
}
