using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Online direct preference optimization (Guo et al., 2024, arXiv:2402.04792): the policy writes two completions of each prompt, the
/// reward says which is better, and DPO's loss is taken of them, against the policy that came in.
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
public sealed class OnlineDpoTrainer : OnPolicyTrainer
{
    private readonly Options _options;

    internal OnlineDpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, "OnlineDpo", options, (new(LearningRate: 5e-7, Epochs: 1), new(LearningRate: 5e-6, Epochs: 1)), data)
    {
        _options = options;
        OnPolicyChecks.RequireOfPairsAlone("OnlineDpo", options.Loss);
    }

    private protected override OnPolicyMethod Method(StageSetup stage) => new(
        SamplingOf(stage),
        new(_options.CompletionsOfPrompt, new RankedPairs())
        {
            MasksTruncated = _options.MasksTruncated,
            EqualGroupRetries = _options.EqualGroupRetries,
            ComparesWithSampler = false,
        },
        new RankedPairObjective(stage.Model, (policy, reference) => _options.Loss.Evaluate(policy, reference, _options.Beta), SamplingOf(stage)));

    /// <summary>
    /// How <see cref="OnlineDpoTrainer"/> trains: with learning rate 5e-7, as in TRL (LoRA 5e-6), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : OnPolicyTrainerOptions
    {
        /// <summary>Gets the strength of the pull towards the policy that came in, β. Above 0; the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>
        /// Gets the loss of a pair. The default is DPO's, <see cref="PairLoss.Sigmoid"/>; TRL offers <see cref="PairLoss.IpoSummed"/> beside
        /// it. Losses that couple the pairs of a step, or read more of a completion than its log-probability and length, are refused.
        /// </summary>
        public PairLoss Loss { get; init => field = Require.NotNull(value); } = new PairLoss.Sigmoid();

        internal override int CompletionsOfPrompt => 2;

        internal override bool HasReference => true;

        internal override double? ImplicitRewardScale => Beta;
    }
}
