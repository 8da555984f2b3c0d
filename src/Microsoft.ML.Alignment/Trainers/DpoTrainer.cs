using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290): learns from pairs of a better and a worse completion, without
/// a reward model. The reference is exactly the policy that comes in.
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
            RewardScale = options.Beta,
            Reference = options.Reference,
        }, data)
    {
        if (options is { ChosenProbabilityColumnName: not null, Loss.CouplesPairs: true })
            throw new ArgumentException(
                $"{nameof(Options.ChosenProbabilityColumnName)} is set, and {options.Loss.GetType().Name} compares pairs with each other, so " +
                $"that no pair has a loss of its own to weigh. Leave it out, or choose another {nameof(Options.Loss)}.", nameof(options));
        _options = options;
    }

    private protected override string? ProbabilityColumn => _options.ChosenProbabilityColumnName;

    private protected override PreferenceObjective CreateObjective(ObjectiveModels trained) => new PreferenceObjective(
        trained.Model, trained.Reference!, (policy, reference) => _options.Loss.Evaluate(policy, reference, _options.Beta))
    {
        Precision = trained.Precision,
        Details = _options.Loss.Details,
        CouplesPairs = _options.Loss.CouplesPairs,
        HasChosenProbabilities = ProbabilityColumn is not null,
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

        /// <summary>Gets the loss of a pair. The default is DPO's, <see cref="PairLoss.Sigmoid"/>.</summary>
        public PairLoss Loss { get; init => field = Require.NotNull(value); } = new PairLoss.Sigmoid();

        /// <summary>
        /// Gets the weight of the chosen completions' negative log-likelihood beside the loss (RPO; Pang et al., 2024, arXiv:2404.19733,
        /// eq. 1), averaged over tokens. 0 or more; the default is 0.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); }

        /// <summary>
        /// Gets the column of the probability that the chosen completion is the better one, in [0, 1], as judges give it: the loss of a pair is
        /// the expected one, which for the default loss is the cross-entropy (Lee et al., 2023, arXiv:2309.00267). The default, null, is none:
        /// every label is certain.
        /// </summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string? ChosenProbabilityColumnName { get; init => field = value is null ? null : Require.NotEmpty(value); }

        /// <summary>Gets what the policy is compared with. The default is the policy that comes in.</summary>
        public ReferencePolicy Reference { get; init => field = Require.NotNull(value); } = new ReferencePolicy.Incoming();
    }
}
