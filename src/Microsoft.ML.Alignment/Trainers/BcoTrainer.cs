using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Binary Classifier Optimization (Jung et al., 2024, arXiv:2404.04656): learns from single completions, each labelled as desirable or not,
/// by fitting a classifier whose logit is the implicit reward less a shift, halfway between the mean rewards of both kinds so far.
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
public sealed class BcoTrainer : UnpairedTrainer
{
    private readonly Options _options;

    internal BcoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Bco", options)
        {
            FullDefaults = new(LearningRate: 5e-7, Epochs: 1),
            LoraDefaults = new(LearningRate: 5e-6, Epochs: 1),
            RewardScale = options.Beta,
            Reference = options.Reference,
        }, data) => _options = options;

    private protected override string LabelColumnName => _options.LabelColumnName;

    private protected override TrainingRecord Train(StageSetup stage) => Train(
        stage, (logRatios, shift) => BcoLoss.Compute(logRatios, shift, _options.Beta), new RunningMidpoint(stage.Model.Device), _ => "");

    /// <summary>
    /// How <see cref="BcoTrainer"/> trains: with learning rate 5e-7, as in TRL (LoRA 5e-6), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : UnpairedTrainerOptions
    {
        /// <summary>Gets the strength of the pull towards the reference, β. Above 0; the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;
    }
}
