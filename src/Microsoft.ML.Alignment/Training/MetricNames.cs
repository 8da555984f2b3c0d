namespace Microsoft.ML.Alignment.Training;

/// <summary>Names of metrics that more than one place must know. They are TRL's where TRL has the metric.</summary>
internal static class MetricNames
{
    public const string Loss = "loss";
    public const string GradientNorm = "grad_norm";
    public const string LearningRate = "learning_rate";

    /// <summary>Tokens of prompts and completions that training has read since the stage began.</summary>
    public const string TokensSeen = "num_tokens";
    public const string Margin = "rewards/margins";
    public const string Accuracy = "rewards/accuracies";

    /// <summary>A reward model's share of pairs in the right order.</summary>
    public const string RewardModelAccuracy = "accuracy";
    public const string RewardModelMargin = "margin";
    public const string ChosenLogProbs = "logps/chosen";
    public const string RejectedLogProbs = "logps/rejected";

    /// <summary>Mean log-probability of the end token behind a completion, in nats; TRL has no such metric.</summary>
    public const string EndLogProb = "logps/end";
    public const string Entropy = "entropy";
    public const string TokenAccuracy = "mean_token_accuracy";

    /// <summary>Mean tokens of the completions that the policy wrote.</summary>
    public const string CompletionLength = "completions/mean_length";

    /// <summary>Divergence of the policy from the one that sampled: half the mean squared log-ratio, in nats a token.</summary>
    public const string ApproximateKL = "policy/approxkl_avg";

    /// <summary>Share of the completions that reached the limit without an end token.</summary>
    public const string ClippedRatio = "completions/clipped_ratio";

    /// <summary>What sampled completions scored.</summary>
    public const string Scores = "objective/scores";
    public const string Reward = "reward";

    /// <summary>Mean of minus the log-probability of a sampled completion, in nats.</summary>
    public const string CompletionEntropy = "objective/entropy";

    /// <summary>Share of the groups whose completions all have one reward.</summary>
    public const string EqualGroups = "frac_reward_zero_std";

    /// <summary>Share of the tokens whose ratio is outside the clip range.</summary>
    public const string ClipFraction = "policy/clipfrac_avg";
    public const string Return = "val/return_mean";
    public const string SquaredReturn = "val/return_square_mean";

    /// <summary>Mean squared difference of the critic's values and the returns.</summary>
    public const string ValueError = "val/value_error";

    /// <summary>Tokens that the policy writes in a second of sampling.</summary>
    public const string SamplingRate = "sampling/tokens_per_second";

    /// <summary>Tokens that are trained on in a second of optimizer steps.</summary>
    public const string TrainingRate = "training/tokens_per_second";

    /// <summary>What an application may call a measure of its own that rewards stand for, in <see cref="AlignmentRun.Measure"/>.</summary>
    public const string TrueScore = "true_score";

    /// <summary>What begins the names of win rates.</summary>
    public const string WinRate = "win_rate";

    /// <summary>What begins the names of metrics that say which health rule was triggered.</summary>
    public const string HealthPrefix = "health/";

    /// <summary>What depends on the clock, so that equal runs differ in it.</summary>
    public static readonly string[] OfTheClock = [SamplingRate, TrainingRate];

    /// <summary>The divergence from the reference, in nats a completion: TRL's two names for it.</summary>
    public static readonly string[] Divergences = ["objective/kl", "kl"];
}
