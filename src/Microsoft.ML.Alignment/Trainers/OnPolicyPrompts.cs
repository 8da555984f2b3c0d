using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>The prompts of a stage that learns from what the policy writes.</summary>
internal sealed class OnPolicyPrompts : IDisposable
{
    private OnPolicyPrompts(StageRows rows, RolloutPrompts training, RolloutPrompts? validation) =>
        (Rows, Training, Validation) = (rows, training, validation);

    /// <summary>Gets their tokens.</summary>
    public StageRows Rows { get; }

    /// <summary>Gets those that are trained on.</summary>
    public RolloutPrompts Training { get; }

    /// <summary>Gets those that are measured on; null for none.</summary>
    public RolloutPrompts? Validation { get; }

    /// <summary>Reads the prompts, with the columns that rewards name.</summary>
    public static OnPolicyPrompts Read(StageSetup stage, OnPolicyTrainerOptions options)
    {
        string[] kept = [.. options.Rewards.SelectMany(reward => reward.ColumnNames).Distinct()];
        var seen = new List<(List<string> Texts, List<RewardRow> Rows)>();
        var rows = stage.Read(_ => new(options.PromptColumnName, [], []) { Kept = kept }, read =>
        {
            var (texts, values) = (new List<string>(), new List<RewardRow>());
            seen.Add((texts, values));
            return read with
            {
                ReservedTokens = options.MaxCompletionTokens,
                Used = (prompt, row) =>
                {
                    texts.Add(prompt);
                    values.Add(row);
                },
            };
        });
        return new(
            rows, new(rows.Training, seen[0].Texts, seen[0].Rows), rows.Validation is { } store ? new(store, seen[1].Texts, seen[1].Rows) : null);
    }

    /// <summary>What scores completions of these prompts.</summary>
    public static CompletionScores Scores(StageSetup stage, OnPolicyTrainerOptions options, RolloutPrompts prompts, ScoreScaling? scaling = null)
    {
        IRewardFunction[] functions = options.Rewards.Count > 0
            ? [.. options.Rewards]
            : [new ModelReward(stage.RewardModel!, stage.Plan, stage.Training.Precision)];
        var weights = options.RewardWeights ?? [.. functions.Select(_ => 1d)];
        return new(new(functions, new(weights, options.NormalizesEachReward), options.FailedRewards), prompts, stage.TrainingEncoder.DecodeCompletion)
        {
            MissingEnd = new(options.MissingEndPenalty, options.MissingEndScore),
            Scaling = scaling ?? ScoreScaling.None,
        };
    }

    /// <summary>What writes completions of these prompts.</summary>
    public static RolloutSampler Sampler(StageSetup stage, SamplingSettings sampling, RolloutPrompts prompts) =>
        new(stage.Model, prompts, sampling, stage.Training.Seed);

    public void Dispose() => Rows.Dispose();
}
