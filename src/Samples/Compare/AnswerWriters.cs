using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Verbs;

namespace Samples.Compare;

/// <summary>
/// The methods that are given questions and write answers themselves. A rule says what an answer is worth, but for PPO, which has a reward
/// model of the pairs that the other methods learn from.
/// </summary>
internal static class AnswerWriters
{
    private const int GroupSize = 8;
    private const double Beta = 0.02;

    public static IReadOnlyList<ComparedMethod> All { get; } =
    [
        new("ppo", "PPO, reward model of the pairs", Anchor.Reference, Ppo) { WritesAnswers = true },
        new("rloo", "RLOO, rule as reward", Anchor.Reference, Rloo) { WritesAnswers = true },
        new("grpo", "GRPO, rule as reward", Anchor.Reference, Grpo) { WritesAnswers = true },
        new("best-of-n", "best of 8 by the rule + SFT", Anchor.None, BestOfN) { WritesAnswers = true },
    ];

    private static EstimatorChain<PolicyTransformer> Ppo(MethodSettings s) => s.Trainers.RewardModel(s.RewardModel, s.Pairs).Append(s.Trainers.Ppo(s.WithSteps(
        new PpoTrainer.Options
        {
            GroupSize = 4,
            MiniBatches = 2,
            Passes = 2,
            Penalty = new() { Coefficient = 0.1 },
            ScoreNormalization = ScoreNormalization.Incoming, // a nat costs the same whatever units the reward model has
            MissingEndPenalty = 1,
        }, 1e-4, tiny: 1e-3)));

    private static RlooTrainer Rloo(MethodSettings s) => s.Trainers.Rloo(s.WithSteps(
        new RlooTrainer.Options { Rewards = [RuleReward.Instance], GroupSize = GroupSize, Penalty = new() { Coefficient = Beta } }, 1e-4, tiny: 1e-3));

    private static GrpoTrainer Grpo(MethodSettings s) => s.Trainers.Grpo(s.WithSteps(
        new GrpoTrainer.Options
        {
            Rewards = [RuleReward.Instance],
            GroupSize = GroupSize,
            Penalty = new KLPenalty.InLoss { Coefficient = Beta, Estimator = KLEstimator.WeightedK3 },
        }, 1e-4, tiny: 1e-3));

    private static EstimatorChain<PolicyTransformer> BestOfN(MethodSettings s) => s.Align.Feedback
        .BestOfN(new() { Rewards = [RuleReward.Instance], Count = GroupSize, MaxCompletionTokens = MethodSettings.MostTokens })
        .Append(s.Trainers.Sft(s.With(new SftTrainer.Options(), 2e-4, tiny: 1e-3)));
}
