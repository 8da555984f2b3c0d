using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Contrastive preference optimization (Xu et al., 2024, arXiv:2401.08417): imitates the better completion of a pair and pushes the worse
/// one away, without a reference.
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
public sealed class CpoTrainer : PairwiseTrainer
{
    private readonly Options _options;

    internal CpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Cpo", options)
        {
            FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
            LoraDefaults = new(LearningRate: 1e-4, Epochs: 1),
        }, data) => _options = options;

    private protected override PreferenceObjective CreateObjective(ObjectiveModels trained) =>
        new PreferenceObjective(trained.Model, policy => _options.Loss.Loss(policy, _options.Beta))
        {
            Precision = trained.Precision,
            SftWeight = _options.SftWeight,
        };

    /// <summary>
    /// How <see cref="CpoTrainer"/> trains: with learning rate 1e-6, as in TRL (LoRA 1e-4, the authors'), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PairwiseTrainerOptions
    {
        /// <summary>Gets the scale of rewards, β. Above 0; the default is 0.1, the authors'.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>Gets the loss of a pair. The default is the sigmoid one, as in the paper.</summary>
        public CpoForm Loss { get; init => field = Require.NotNull(value); } = new CpoForm.Sigmoid();

        /// <summary>
        /// Gets the weight of the chosen completions' negative log-likelihood, per token, α in TRL. 0 or more; the default is 1: the
        /// authors add it without a weight.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); } = 1;
    }
}
