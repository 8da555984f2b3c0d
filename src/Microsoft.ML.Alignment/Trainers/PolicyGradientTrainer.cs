using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A trainer that follows the gradient of the reward of completions which the policy writes while it trains.</summary>
public abstract class PolicyGradientTrainer : OnPolicyTrainer
{
    private readonly PolicyGradientTrainerOptions _options;

    private protected PolicyGradientTrainer(
        IHostEnvironment environment, string method, PolicyGradientTrainerOptions options,
        (TrainingDefaults Full, TrainingDefaults Lora) defaults, TrainerData data)
        : base(environment, method, options, defaults, data)
    {
        _options = options;
        OnPolicyChecks.RequireSeveralSteps(method, options);
    }

    /// <summary>What is made of a round, with what all methods have in common.</summary>
    private protected RolloutSettings RolloutsOf(IAdvantages judge) => new(_options.CompletionsOfPrompt, judge)
    {
        Penalty = _options.HeldBy,
        TrainsAll = _options.HeldBy is KLPenalty.InLoss || _options.EntropyCoefficient > 0,
        MasksTruncated = _options.MasksTruncated,
        TargetKL = _options.TargetKL,
        EqualGroupRetries = _options.EqualGroupRetries,
    };

    /// <summary>A loss with what all methods have in common.</summary>
    private protected PolicyGradientObjective GradientOf(StageSetup stage, PolicyLoss loss, TokenAveraging averaging) =>
        new(stage.Model, new(loss, averaging, _options.MaxCompletionTokens)
        {
            Precision = stage.Training.Precision,
            Temperature = _options.Temperature,
            EntropyCoefficient = _options.EntropyCoefficient,
            Penalty = _options.HeldBy as KLPenalty.InLoss,
        });

    /// <summary>A method without a critic: completions are compared with each other.</summary>
    private protected OnPolicyMethod Compared(StageSetup stage, AdvantageKind advantages, PolicyLoss loss, TokenAveraging averaging) =>
        new(SamplingOf(stage), RolloutsOf(new ComparedAdvantages(advantages, Alone.Instance.Sum)), GradientOf(stage, loss, averaging));
}
