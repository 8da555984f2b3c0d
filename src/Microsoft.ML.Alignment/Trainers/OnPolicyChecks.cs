namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Refuses options of on-policy methods that do not go together, before anything is sampled.</summary>
internal static class OnPolicyChecks
{
    /// <exception cref="ArgumentException">Options do not go together; it names them.</exception>
    public static void Require(string method, OnPolicyTrainerOptions options)
    {
        if (options.Lora is { Dropout: > 0 } lora)
            throw new ArgumentException(
                $"{method}: Lora.Dropout is {lora.Dropout}; the probabilities of what was sampled must be those that train, so it must be 0.");
        if (options.RewardWeights is { } weights && weights.Count != Math.Max(1, options.Rewards.Count))
            throw new ArgumentException(
                $"{method}: there are {weights.Count} RewardWeights for {Math.Max(1, options.Rewards.Count)} rewards; give one each, or none.");
        var twice = options.Rewards.GroupBy(reward => reward.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"{method}: two rewards are named '{twice.Key}'; metrics need names that differ.");
        if (options.NormalizesEachReward && options.Rewards.FirstOrDefault(reward => reward is ITokenRewardFunction) is { } ofTokens)
            throw new ArgumentException(
                $"{method}: NormalizesEachReward compares whole completions, and the reward '{ofTokens.Name}' is one of tokens; set it to " +
                "false and weigh rewards by RewardWeights.");
        if (options is { MissingEndPenalty: > 0, MissingEndScore: not null })
            throw new ArgumentException($"{method}: MissingEndPenalty and MissingEndScore are both set; one of them says what a missing end costs.");
    }

    /// <summary>A round that is one step cannot end before its last.</summary>
    /// <exception cref="ArgumentException">It is one, and a divergence is to end it.</exception>
    public static void RequireSeveralSteps(string method, PolicyGradientTrainerOptions options)
    {
        if (options is { TargetKL: not null, MiniBatches: 1, Passes: 1 })
            throw new ArgumentException(
                $"{method}: TargetKL is {options.TargetKL}, and what is sampled is learned from in one step, in which the policy cannot have " +
                "moved; set Passes or MiniBatches to 2 or more, or leave TargetKL out.");
    }

    /// <summary>What is sampled has no more than the log-probabilities of its pairs.</summary>
    /// <exception cref="ArgumentException">The loss needs more.</exception>
    public static void RequireOfPairsAlone(string method, PairLoss loss)
    {
        if (loss.CouplesPairs || loss.Details != Losses.PairDetails.None)
            throw new ArgumentException(
                $"{method}: Loss is {loss.GetType().Name}, which " +
                $"{(loss.CouplesPairs ? "couples the pairs of a step" : "reads pairs token by token")}; take one of a pair's log-probabilities " +
                $"alone, e.g. {nameof(PairLoss.Sigmoid)} or {nameof(PairLoss.IpoSummed)}.");
    }

    /// <summary>Completions of one prompt are compared with each other.</summary>
    /// <exception cref="ArgumentException">There is one only.</exception>
    public static void RequireGroup(string method, int groupSize, AdvantageKind kind)
    {
        if (groupSize < 2 && Rollouts.GroupAdvantages.NeedsGroups(kind))
            throw new ArgumentException(
                $"{method}: GroupSize is {groupSize}, and advantages of kind {kind} compare the completions of a prompt with each other; " +
                $"set GroupSize to 2 or more, or take {nameof(AdvantageKind.Global)}.");
    }

    /// <summary>Equal rewards teach nothing only where completions of a prompt are compared with each other.</summary>
    /// <exception cref="ArgumentException">They are not, and prompts of equal rewards are to be sampled again.</exception>
    public static void RequireComparison(string method, OnPolicyTrainerOptions options, string with)
    {
        if (options.EqualGroupRetries > 0)
            throw new ArgumentException(
                $"{method}: EqualGroupRetries is {options.EqualGroupRetries}, and completions are compared with {with}, so that equal ones teach " +
                "too; set it to 0.");
    }

    /// <exception cref="ArgumentException">No prompt fits beside a completion.</exception>
    public static void RequireRoom(OnPolicyTrainerOptions options, int maxLength)
    {
        if (options.MaxCompletionTokens >= maxLength)
            throw new ArgumentException(
                $"MaxCompletionTokens is {options.MaxCompletionTokens}, and a sequence has at most {maxLength} tokens " +
                "(Training.MaxLength, or the model's positions), which leaves no room for a prompt; lower MaxCompletionTokens.");
    }
}
