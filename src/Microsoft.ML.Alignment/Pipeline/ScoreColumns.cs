namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// Which columns a stage computes: each exactly where its inputs are. One rule for what is promised and what is delivered.
/// </summary>
internal static class ScoreColumns
{
    public const string Policy = "Policy";
    public const string GeneratedCompletion = "GeneratedCompletion";
    public const string ChosenImplicitReward = "ChosenImplicitReward";
    public const string RejectedImplicitReward = "RejectedImplicitReward";
    public const string ImplicitRewardMargin = "ImplicitRewardMargin";
    public const string RewardModel = "RewardModel";
    public const string Reward = "Reward";
    public const string ChosenReward = "ChosenReward";
    public const string RejectedReward = "RejectedReward";
    public const string RewardMargin = "RewardMargin";

    /// <summary>The columns of a policy.</summary>
    /// <param name="columns">What the inputs are called.</param>
    /// <param name="hasReference">Whether there is a reference to compare with.</param>
    /// <param name="promptRequired">Whether a missing prompt column is an error rather than a reason to compute nothing.</param>
    /// <param name="has">Whether the input has a text column of this name.</param>
    public static IReadOnlyList<ScoreColumn> OfPolicy(TextColumns columns, bool hasReference, bool promptRequired, Func<string, bool> has)
    {
        var outputs = new List<ScoreColumn> { ScoreColumn.Text(Policy) };
        if (promptRequired || has(columns.Prompt))
            outputs.Add(ScoreColumn.Text(GeneratedCompletion, columns.Prompt));
        if (hasReference)
            outputs.AddRange(Pairs(columns, has, [ChosenImplicitReward, RejectedImplicitReward, ImplicitRewardMargin]));
        return outputs;
    }

    /// <summary>The columns of a reward model.</summary>
    /// <param name="columns">What the inputs are called.</param>
    /// <param name="has">Whether the input has a text column of this name.</param>
    public static IReadOnlyList<ScoreColumn> OfRewardModel(TextColumns columns, Func<string, bool> has)
    {
        var outputs = new List<ScoreColumn> { ScoreColumn.Text(RewardModel) };
        if (has(columns.Prompt) && has(columns.Completion))
            outputs.Add(ScoreColumn.Single(Reward, columns.Prompt, columns.Completion));
        outputs.AddRange(Pairs(columns, has, [ChosenReward, RejectedReward, RewardMargin]));
        return outputs;
    }

    private static IEnumerable<ScoreColumn> Pairs(TextColumns columns, Func<string, bool> has, string[] names)
    {
        if (!has(columns.Prompt))
            yield break;
        if (has(columns.Chosen))
            yield return ScoreColumn.Single(names[0], columns.Prompt, columns.Chosen);
        if (has(columns.Rejected))
            yield return ScoreColumn.Single(names[1], columns.Prompt, columns.Rejected);
        if (has(columns.Chosen) && has(columns.Rejected))
            yield return ScoreColumn.Single(names[2], columns.Prompt, columns.Chosen, columns.Rejected);
    }
}
