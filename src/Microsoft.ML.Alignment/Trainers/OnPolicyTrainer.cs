using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A trainer that fits a policy to rewards of completions which it writes while it trains.</summary>
public abstract class OnPolicyTrainer : PolicyTrainer
{
    private readonly OnPolicyTrainerOptions _options;

    private protected OnPolicyTrainer(
        IHostEnvironment environment, string method, OnPolicyTrainerOptions options,
        (TrainingDefaults Full, TrainingDefaults Lora) defaults, TrainerData data)
        : base(environment, new(method, options)
        {
            FullDefaults = defaults.Full,
            LoraDefaults = defaults.Lora,
            Reference = options.HasReference ? new ReferencePolicy.Incoming() : null,
            RewardScale = options.ImplicitRewardScale,
        }, data)
    {
        _options = options;
        OnPolicyChecks.Require(method, options);
    }

    /// <summary>What the method makes of a round, and what it minimises.</summary>
    private protected abstract OnPolicyMethod Method(StageSetup stage);

    /// <summary>How the policy writes.</summary>
    private protected SamplingSettings SamplingOf(StageSetup stage) =>
        new(_options.MaxCompletionTokens, _options.Temperature, stage.Training.Precision);

    private protected override void CheckInput(SchemaShape input)
    {
        if (_options.Rewards.Count == 0)
            AlignmentSchema.CheckRewardModel(input, Settings.Method);
    }

    private protected override void CheckColumns(ColumnCheck data)
    {
        data.Text("prompt", _options.PromptColumnName);
        foreach (var reward in _options.Rewards)
            foreach (var column in reward.ColumnNames)
                data.Scalar($"column of the reward '{reward.Name}'", column);
    }

    private protected sealed override TrainingRecord Train(StageSetup stage)
    {
        OnPolicyChecks.RequireRoom(_options, stage.MaxLength);
        using var prompts = OnPolicyPrompts.Read(stage, _options);
        using var reference = Settings.Reference is { } wanted ? stage.Open(wanted) : null;
        using var method = Method(stage);
        var rollouts = new RolloutPlan(prompts.Training.Count, stage.Plan, _options.MiniBatches, _options.Passes);
        var scores = OnPolicyPrompts.Scores(stage, _options, prompts.Training, method.Scaling);
        var maker = new RolloutMaker(
            OnPolicyPrompts.Sampler(stage, method.Sampling, prompts.Training), scores,
            new RolloutScorer(stage.Model, reference?.Model, method.Critic, method.Sampling), rollouts,
            method.Rollouts with { ShownRows = stage.Context.Run.WorkspacePath is null ? 0 : stage.Context.Run.SampledRowsPerStep });
        var source = new RolloutSource(maker, rollouts, stage.Context.Run.CancellationToken) { TargetKL = method.Rollouts.TargetKL };
        var validation = prompts.Validation is { } held
            ? new RewardValidation(OnPolicyPrompts.Sampler(stage, method.Sampling, held), OnPolicyPrompts.Scores(stage, _options, held), held.Count)
            : null;
        StagePlan<TBatch> Plan<TBatch>(IBatchSource<TBatch> served, IObjective<TBatch> minimised)
            where TBatch : ITrainingBatch => new(served, minimised)
        {
            Validation = validation,
            AlsoTrains = method.AlsoTrains,
            Sampled = source,
            States = [.. reference?.State ?? [], source],
            Sampling = new(
                [
                    .. method.AlsoTrains.Select(group => group.Model),
                    .. _options.Rewards.Count == 0 ? [stage.RewardModel!] : Array.Empty<LanguageModel>(),
                ],
                _options.CompletionsOfPrompt, _options.MaxCompletionTokens,
                checked(stage.Training.BatchSize * _options.MiniBatches * _options.CompletionsOfPrompt)),
            Facts = [.. OnPolicyFacts.Of(stage, _options, prompts), .. OnPolicyFacts.Of(method)],
        };
        if (method.Imitation?.Mix(stage, source, method.Objective) is not { } mixed)
            return stage.Run(prompts.Rows, Plan(source, method.Objective));
        return stage.Run(prompts.Rows, Plan(mixed.Source, mixed.Objective));
    }
}
