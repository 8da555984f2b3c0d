using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Kahneman-Tversky Optimization (Ethayarajh et al., 2024, arXiv:2402.01306): learns from single completions, each labelled as desirable or
/// not.
/// </summary>
/// <remarks>
/// <para>Pairs become labelled completions with <see cref="AlignmentDataCatalog.FeedbackFromPairs"/>, ratings with
/// <see cref="AlignmentDataCatalog.FeedbackFromRatings"/>.</para>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Completion` | text | required for training; for scoring only `Prompt` |
/// | `Label` | Boolean: whether the completion is desirable | required for training |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// | `ChosenImplicitReward`, `RejectedImplicitReward`, `ImplicitRewardMargin` | single | output, where `Chosen` and `Rejected` exist |
/// ]]></format>
/// </remarks>
public sealed class KtoTrainer : UnpairedTrainer
{
    private readonly Options _options;

    internal KtoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Kto", options)
        {
            FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-5, Epochs: 1),
            RewardScale = options.Beta,
            Reference = options.Reference,
        }, data) => _options = options;

    private protected override string LabelColumnName => _options.LabelColumnName;

    private FeedbackWeights Weights => new(_options.DesirableWeight, _options.UndesirableWeight);

    private protected override TrainingRecord Train(StageSetup stage)
    {
        FeedbackLoss Loss(LabelledValues logRatios, Tensor divergence) => KtoLoss.Compute(logRatios, divergence, _options.Beta, Weights);
        string Advice(LabelCounts counts) => LabelBalance.Describe(counts, Weights);
        return _options.Baseline == KtoBaseline.Divergence ? TrainBesideOthers(stage, Loss, Advice) : Train(stage, Loss, new ZeroPoint(), Advice);
    }

    // Each prompt is seen beside the completion of another row too.
    private TrainingRecord TrainBesideOthers(StageSetup stage, UnpairedLoss loss, Func<LabelCounts, string> advice)
    {
        var encoder = stage.TrainingEncoder;
        using var rows = Read(stage, keepsPrompts: encoder.Format != PromptFormat.Text);
        using var reference = stage.Open(Settings.Reference!);
        UnpairedObjective<KtoBatch> Objective(LanguageModel model) =>
            new(new(model, reference.Model, stage.Training.Precision), loss, new MismatchedDivergence());
        var others = new MismatchedCompletions(stage.MaxLength, stage.Model.Config.BosTokenId)
        {
            SharesPasses = _options.Lora is null or { Dropout: 0 },
            Shorten = (row, room) => PromptFit.Of(encoder, row.PromptText ?? "", row.Prompt, room, stage.Model.Config.BosTokenId),
        };
        var (objective, counts) = (Objective(stage.Model), LabelCounts.Of(rows.Training));
        var examples = reference.Prepare(rows.Training, stage.Plan, objective, stage.Context);
        var source = new KtoSource(examples, stage.Plan, others, reference.StandsStill ? objective : null);
        return stage.Run(rows, new StagePlan<KtoBatch>(source, objective)
        {
            Validation = stage.Validation(rows, store => new KtoSource(store, stage.Plan, others, reference: null), Objective),
            States = reference.State,
            Remarks = [Describe(counts) + advice(counts), .. OnePrompt.Remarks(rows.Training)],
            PassesOfRow = 2,
        });
    }

    /// <summary>
    /// How <see cref="KtoTrainer"/> trains: with learning rate 1e-6, as in TRL (LoRA 1e-5), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : UnpairedTrainerOptions
    {
        /// <summary>
        /// Gets how soon gains and losses saturate, β: the larger, the closer the policy stays to the reference. Above 0; the default is
        /// 0.1.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>
        /// Gets the weight of desirable completions, λ_D. Above 0; the default is 1. The paper advises that the weights times the numbers
        /// of both kinds are as 1 : 1 to 4 : 3; the log says how they are.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double DesirableWeight { get; init => field = Require.Positive(value); } = 1;

        /// <summary>Gets the weight of undesirable completions, λ_U. Above 0; the default is 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double UndesirableWeight { get; init => field = Require.Positive(value); } = 1;

        /// <summary>Gets what outcomes are compared with. The default is the divergence from the reference.</summary>
        public KtoBaseline Baseline { get; init; } = KtoBaseline.Divergence;
    }
}
