using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Trains a reward model on pairs of a better and a worse completion (Ouyang et al., 2022, arXiv:2203.02155, eq. 1): the weights of the
/// policy that comes in, and a scalar head that is read at the end token. The policy itself goes on as it was.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Chosen`, `Rejected` | text | required for training |
/// | `RewardModel` | text | output; carries the trained reward model |
/// | `Reward` | single | output; the reward of `Completion`, where that exists |
/// | `ChosenReward`, `RejectedReward`, `RewardMargin` | single | output, where their inputs exist |
/// ]]></format>
/// </remarks>
public sealed class RewardModelTrainer : AlignmentTrainer<RewardModelTransformer>
{
    private readonly Options _options;

    internal RewardModelTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("RewardModel", options)
        {
            AdapterName = "reward",
            FullDefaults = new(LearningRate: 1e-4, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-3, Epochs: 1),
        }, data) => _options = options;

    private protected override string AnnotationKind => AlignmentSchema.RewardModelKind;

    private protected override IReadOnlyList<ScoreColumn> Outputs(Func<string, bool> has) =>
        ScoreColumns.OfRewardModel(_options.Columns, has);

    private protected override void CheckColumns(ColumnCheck data)
    {
        data.Pairs(_options.Columns);
        if (_options.MarginColumnName is { } margin)
            data.Number("margin", margin);
        if (_options.ChosenProbabilityColumnName is { } probability)
            data.Number("chosen probability", probability);
    }

    private protected override TrainingRecord Train(StageSetup stage)
    {
        stage.AddHead(ScalarHead.Create(stage.Model.Config.HiddenSize, stage.Training.Seed, stage.Model.Device).Weight);
        using var rows = stage.Read(_ => new(
            _options.PromptColumnName, [_options.ChosenColumnName, _options.RejectedColumnName],
            [.. new[] { _options.MarginColumnName, _options.ChosenProbabilityColumnName }.OfType<string>()]));
        ChosenProbabilities.Require(rows, _options.ChosenProbabilityColumnName);
        RewardObjective Objective(LanguageModel model) => new(model, _options.CenteringCoefficient, stage.Training.Precision);
        DatasetSource<MarginBatch> Source(IExampleStore store) =>
            new(store, stage.Plan, pairs => MarginBatch.Pack(pairs, _options.MarginColumnName is not null));
        return stage.Run(rows, new StagePlan<MarginBatch>(Source(rows.Training), Objective(stage.Model))
        {
            Validation = stage.Validation(rows, Source, Objective),
        });
    }

    private protected override RewardModelTransformer CreateTransformer(
        IHostEnvironment environment, FittedSettings settings, LanguageModel model, LanguageModel incoming) =>
        new(environment, new(settings, model));

    /// <summary>
    /// How <see cref="RewardModelTrainer"/> trains: with learning rate 1e-4, as in TRL (LoRA 1e-3), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise. An adapter trains beside the head.
    /// </summary>
    public sealed record Options : TrainerOptions
    {
        /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
        public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

        /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
        public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Rejected;

        /// <summary>Gets the text column that the fitted stage gives a <c>Reward</c> to. The default is <c>Completion</c>.</summary>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>
        /// Gets the column of numbers that say how much better the chosen completion is, by which the rewards should differ (Touvron et
        /// al., 2023, arXiv:2307.09288, eq. 2). The default, null, is none.
        /// </summary>
        public string? MarginColumnName { get; init => field = value is null ? null : Require.NotEmpty(value); }

        /// <summary>
        /// Gets the column of the probability that the chosen completion is the better one, in [0, 1], as judges give it: the loss is then the
        /// cross-entropy (Lee et al., 2023, arXiv:2309.00267). The default, null, is none: every label is certain.
        /// </summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string? ChosenProbabilityColumnName { get; init => field = value is null ? null : Require.NotEmpty(value); }

        /// <summary>
        /// Gets the coefficient of the term that keeps rewards around 0 (Eisenstein et al., 2023, arXiv:2312.09244). 0 or more; the
        /// default is 0; 0.01 is usual.
        /// </summary>
        public double CenteringCoefficient { get; init => field = Require.NotNegative(value); }

        internal override TextColumns Columns => new(PromptColumnName, ChosenColumnName, RejectedColumnName, CompletionColumnName);
    }
}
