using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Odds ratio preference optimization (Hong, Lee and Thorne, 2024, arXiv:2403.07691): imitates the better completion of a pair and lowers
/// the odds of the worse one, in one stage and without a reference.
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
/// There is no reference to stay near to. What holds the policy is the SFT term, and that the odds of a likely completion are steep.
/// </remarks>
public sealed class OrpoTrainer : PairwiseTrainer
{
    private readonly Options _options;

    internal OrpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Orpo", options)
        {
            FullDefaults = new(LearningRate: 5e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 5e-5, Epochs: 1),
        }, data)
    {
        if (options is { SftWeight: 0, OddsRatioWeight: 0 })
            throw new ArgumentException(
                "Orpo has nothing to learn: SftWeight and OddsRatioWeight are both 0; give one of them a value above 0.", nameof(options));
        _options = options;
    }

    private protected override PreferenceObjective CreateObjective(ObjectiveModels trained) =>
        new PreferenceObjective(trained.Model, policy => OrpoLoss.Compute(policy, _options.OddsRatioWeight))
        {
            Precision = trained.Precision,
            SftWeight = _options.SftWeight,
            SftScope = _options.SftScope,
        };

    /// <summary>
    /// How <see cref="OrpoTrainer"/> trains: with learning rate 5e-6, the authors' for a model of 7 billion weights (LoRA 5e-5), and for
    /// 1 epoch, unless <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PairwiseTrainerOptions
    {
        /// <summary>
        /// Gets the weight of the odds ratio's term, λ in the paper and β in TRL. 0 or more; the default is 0.1, that of the authors'
        /// runs and of TRL (their program, told nothing, takes 1).
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double OddsRatioWeight { get; init => field = Require.NotNegative(value); } = 0.1;

        /// <summary>
        /// Gets the weight of the supervised term, the better completions' negative log-likelihood a token. 0 or more; the default is 1.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); } = 1;

        /// <summary>
        /// Gets the tokens that the supervised term imitates. The default is the completion's, as in the paper (eq. 2, 6); TRL and,
        /// unless told otherwise, the authors' program imitate the prompt too.
        /// </summary>
        public SftScope SftScope { get; init; } = SftScope.Completion;
    }
}
