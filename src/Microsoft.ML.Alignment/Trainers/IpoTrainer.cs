using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Identity preference optimization (Azar et al., 2023, arXiv:2310.12036): like DPO, but it draws the margin to a fixed value, so that
/// pairs of which everybody prefers the same side do not push the policy ever further from its reference. The reference is exactly the
/// policy that comes in.
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
public sealed class IpoTrainer : PairwiseTrainer
{
    private readonly Options _options;

    internal IpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Ipo", options)
        {
            FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-5, Epochs: 1),
            RewardScale = options.Tau,
            Reference = options.Reference,
        }, data) => _options = options;

    /// <summary>What the log-ratio of a completion is.</summary>
    public enum LogRatio
    {
        /// <summary>The sum over its tokens, as in the paper: a margin of 1/(2τ) nats between whole completions.</summary>
        Summed,
        /// <summary>The mean of its tokens, as in TRL: a margin of 1/(2τ) nats a token.</summary>
        PerToken,
    }

    private protected override PreferenceObjective CreateObjective(ObjectiveModels trained)
    {
        PairLoss loss = _options.Ratio == LogRatio.PerToken ? new PairLoss.Ipo() : new PairLoss.IpoSummed();
        return new(trained.Model, trained.Reference!, (policy, reference) => loss.Evaluate(policy, reference, _options.Tau))
        {
            Precision = trained.Precision,
            SftWeight = _options.SftWeight,
        };
    }

    /// <summary>
    /// How <see cref="IpoTrainer"/> trains: with learning rate 1e-6 (LoRA 1e-5) and for 1 epoch, unless <see
    /// cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PairwiseTrainerOptions
    {
        /// <summary>
        /// Gets the strength of the pull towards the reference, τ: the margin aimed at is 1/(2τ). Above 0; the default is 0.1.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Tau { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>
        /// Gets what the log-ratio of a completion is. The default is the sum over its tokens, as the authors' equation has it; TRL takes
        /// the mean.
        /// </summary>
        public LogRatio Ratio { get; init; } = LogRatio.Summed;

        /// <summary>
        /// Gets the weight of the chosen completions' negative log-likelihood beside the loss, averaged over tokens. 0 or more; the default
        /// is 0.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); }

        /// <summary>Gets what the policy is compared with. The default is the policy that comes in.</summary>
        public ReferencePolicy Reference { get; init => field = Require.NotNull(value); } = new ReferencePolicy.Incoming();
    }
}
