using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290): learns from pairs of a better and a worse completion, without a
/// reward model. The reference is exactly the policy that comes in.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Chosen`, `Rejected` | text | required for training; for scoring only `Prompt` |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// | `ChosenImplicitReward`, `RejectedImplicitReward`, `ImplicitRewardMargin` | single | output, where their inputs exist |
/// ]]></format>
/// </remarks>
public sealed class DpoTrainer : PairwiseTrainer
{
    private readonly Options _options;

    internal DpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Dpo", options)
        {
            FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-5, Epochs: 1),
            Beta = options.Beta,
        }, data) => _options = options;

    private protected override IObjective<TokenBatch> CreateObjective(TrainedModel trained) => new PreferenceObjective(
        trained.Model, trained.Incoming, (policy, reference) => DpoLoss.Compute(policy.Sum, reference.Sum, _options.Beta, _options.LabelSmoothing))
    {
        Precision = trained.Training.Precision,
        SftWeight = _options.SftWeight,
    };

    /// <summary>
    /// How <see cref="DpoTrainer"/> trains: with learning rate 1e-6, as in TRL (LoRA 1e-5), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PairwiseTrainerOptions
    {
        /// <summary>Gets the strength of the pull towards the reference, β. Above 0; the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>Gets the share of pairs thought to be labelled the wrong way round. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        /// <summary>Gets the weight of the chosen completions' negative log-likelihood in the loss. 0 or more; the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); }
    }
}
