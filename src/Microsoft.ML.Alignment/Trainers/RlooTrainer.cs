using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// REINFORCE leave-one-out (Ahmadian et al., 2024, arXiv:2402.14740): each completion is compared with the others of its prompt, as one
/// action, and its divergence from the policy that came in is taken off its reward.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required for training and scoring |
/// | columns that rewards name | text, Single, Double, Int32 or Boolean | required for training |
/// | `RewardModel` | text | required where no reward is given |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// ]]></format>
/// </remarks>
public sealed class RlooTrainer : PolicyGradientTrainer
{
    private readonly Options _options;

    internal RlooTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, "Rloo", options, (new(LearningRate: 1e-6, Epochs: 1), new(LearningRate: 1e-5, Epochs: 1)), data) => _options = options;

    private protected override OnPolicyMethod Method(StageSetup stage) => Compared(
        stage, AdvantageKind.LeaveOneOut, new PolicyLoss.Clipped { Ratio = RatioLevel.Completion, Range = _options.ClipRange },
        TokenAveraging.Completion);

    /// <summary>
    /// How <see cref="RlooTrainer"/> trains: with learning rate 1e-6, as in TRL (LoRA 1e-5), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PolicyGradientTrainerOptions
    {
        /// <summary>Gets the completions of each prompt. At least 2; the default is 4.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 2.</exception>
        public int GroupSize { get; init => field = Require.AtLeast(2, value); } = 4;

        /// <summary>Gets how far a completion's ratio may move from 1 in one round. In (0, 1); the default is 0.2.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double ClipRange { get; init => field = Require.InRange(0, 1, Require.Positive(value)); } = 0.2;

        /// <summary>
        /// Gets what holds the policy to the one that came in. The default is a cost of 0.05 a nat, fixed, as in TRL; null is nothing.
        /// </summary>
        public KLPenalty.InReward? Penalty { get; init; } = new();

        internal override int CompletionsOfPrompt => GroupSize;

        internal override KLPenalty? HeldBy => Penalty;
    }
}
