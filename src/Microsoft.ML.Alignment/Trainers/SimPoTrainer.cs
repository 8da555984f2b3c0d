using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Simple preference optimization (Meng et al., 2024, arXiv:2405.14734): learns from pairs without a reference. The reward of a
/// completion is its log-probability per token, as generation ranks it, so that length is no advantage. With another reward it is AlphaPO
/// (Gupta et al., 2025, arXiv:2501.03884), with an SFT term CPO-SimPO.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Chosen`, `Rejected` | text | required for training; for scoring only `Prompt` |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// ]]></format>
/// </remarks>
public sealed class SimPoTrainer : PairwiseTrainer
{
    private readonly Options _options;

    internal SimPoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("SimPo", options)
        {
            FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-5, Epochs: 1),
        }, data) => _options = options;

    private protected override PreferenceObjective CreateObjective(ObjectiveModels trained) => new PreferenceObjective(
        trained.Model, policy => _options.Loss.Loss(_options.Reward.Of(policy, _options.Beta), _options.Margin.Gamma(_options.Beta)))
    {
        Precision = trained.Precision,
        SftWeight = _options.SftWeight,
    };

    /// <summary>
    /// How <see cref="SimPoTrainer"/> trains: with learning rate 1e-6, the greatest that the authors found useful (LoRA 1e-5), and for 1
    /// epoch, unless <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PairwiseTrainerOptions
    {
        /// <summary>
        /// Gets the scale of rewards, β. Above 0; the default is 2, the authors' (they tuned it from 2 to 10); TRL has 0.1.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 2;

        /// <summary>Gets how far apart rewards should be. The default is the authors', a γ/β of 0.25; TRL takes γ itself.</summary>
        public SimPoMargin Margin { get; init => field = Require.NotNull(value); } = new SimPoMargin.RatioToBeta();

        /// <summary>Gets what reward a completion has. The default is its log-probability per token.</summary>
        public SimPoReward Reward { get; init => field = Require.NotNull(value); } = new SimPoReward.LogProb();

        /// <summary>Gets the loss of a margin. The default is the sigmoid one, as in the paper.</summary>
        public SimPoForm Loss { get; init => field = Require.NotNull(value); } = new SimPoForm.Sigmoid();

        /// <summary>
        /// Gets the weight of the chosen completions' negative log-likelihood in the loss, per token. 0 or more; the default is 0, the
        /// authors'; TRL has 1, which is CPO-SimPO.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); }
    }
}
