using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Proximal policy optimization from human feedback (Schulman et al., 2017, arXiv:1707.06347; Ouyang et al., 2022, arXiv:2203.02155,
/// section 3.5): the policy writes completions, a reward model scores them, and a critic tells each token's share. All stand on one base:
/// policy, reference, reward model and critic are adapters over the same weights.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required for training and scoring |
/// | columns that rewards name | text, Single, Double, Int32 or Boolean | required for training |
/// | `RewardModel` | text | required where no reward is given, or the critic starts from it |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// ]]></format>
/// </remarks>
public sealed class PpoTrainer : PolicyGradientTrainer
{
    private readonly Options _options;

    internal PpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, "Ppo", options, (Defaults(3e-6), Defaults(3e-5)), data)
    {
        _options = options;
        OnPolicyChecks.RequireComparison("Ppo", options, "what the critic expects");
    }

    private static TrainingDefaults Defaults(double learningRate) => new(learningRate, Epochs: 1) { AdamEpsilon = 1e-5 };

    private protected override void CheckInput(SchemaShape input)
    {
        base.CheckInput(input);
        if (_options.CriticStart == CriticStart.RewardModel && !AlignmentSchema.HasRewardModel(input))
            throw new ArgumentException(
                "Ppo's critic starts from the reward model, and no stage upstream carries one. Append RewardModel() before Ppo, or set " +
                $"{nameof(Options.CriticStart)} to {nameof(CriticStart.Policy)}, under which it learns from nothing.");
        if (_options is { SftWeight: 0, SftSet: not null })
            throw new ArgumentException(
                "Ppo: SftSet is set, and SftWeight is 0, so that nothing of it is imitated; set SftWeight, or leave SftSet out.");
        if (_options.SftSet is { } imitated)
            CheckImitated(Check(imitated, "imitated rows' "));
    }

    private void CheckImitated(ColumnCheck data)
    {
        data.Text("prompt", _options.PromptColumnName);
        data.Text("completion to imitate", _options.SftColumnName);
    }

    private protected override void CheckColumns(ColumnCheck data)
    {
        base.CheckColumns(data);
        if (_options is { SftWeight: > 0, SftSet: null } && data.IsTrainingSet)
            data.Text("completion to imitate", _options.SftColumnName);
    }

    private protected override IReadOnlyList<string> Copies => ["the policy", "the critic"];

    private protected override OnPolicyMethod Method(StageSetup stage)
    {
        var critic = new Critic(NewCritic.Of(stage, Settings, _options.CriticStart)) { RewardWeight = CriticRewardWeight };
        var gradient = GradientOf(stage, new PolicyLoss.Clipped { Range = _options.ClipRange }, TokenAveraging.Step);
        var advantages = new CriticAdvantages(new(_options.Gamma, _options.Lambda), Alone.Instance.Sum)
        {
            WhitensRewards = _options.WhitensRewards,
            WhitensAdvantages = _options.WhitensAdvantages,
            BootstrapsTruncated = _options.BootstrapsTruncated,
        };
        return new(
            SamplingOf(stage),
            RolloutsOf(advantages),
            new ActorCriticObjective(gradient, critic, new(_options.ValueCoefficient, _options.ValueClipRange, stage.Training.Precision)))
        {
            Critic = critic,
            Imitation = _options.SftWeight > 0
                ? new(stage.ReadBeside(_options.SftSet, new(_options.PromptColumnName, [_options.SftColumnName], [])), _options.SftWeight)
                : null,
            Scaling = new(_options.ScoreNormalization, _options.ScoreLimit) { Samples = _options.NormalizationSamples },
            AlsoTrains =
            [
                new(critic.Model) { Name = "critic", RateFactor = _options.CriticRateFactor, MaxGradientNorm = _options.CriticMaxGradientNorm },
            ],
        };
    }

    // It begins as what it is to learn only where the reward is that of the model which it begins as.
    private double? CriticRewardWeight => _options is { CriticStart: CriticStart.RewardModel, Rewards.Count: 0, NormalizesEachReward: false }
        ? _options.RewardWeights?[0] ?? 1
        : null;

    /// <summary>
    /// How <see cref="PpoTrainer"/> trains: with learning rate 3e-6, as in TRL (LoRA 3e-5), AdamW's epsilon 1e-5 and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise, in four passes over what was sampled.
    /// </summary>
    public sealed record Options : PolicyGradientTrainerOptions
    {
        /// <summary>Makes options with the defaults.</summary>
        public Options() => Passes = 4;

        /// <summary>Gets the completions of each prompt. At least 1, the default.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int GroupSize { get; init => field = Require.AtLeast(1, value); } = 1;

        /// <summary>
        /// Gets what holds the policy to the one that came in. The default is a cost of 0.05 a nat, fixed, as in TRL; null is nothing.
        /// </summary>
        public KLPenalty.InReward? Penalty { get; init; } = new();

        /// <summary>
        /// Gets the weight of the negative log-likelihood of completions that are imitated beside (PTX; Ouyang et al., 2022,
        /// arXiv:2203.02155, eq. 2), averaged over their tokens in a step, which has as many of these rows as prompts. 0 or more; the default
        /// is 0.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double SftWeight { get; init => field = Require.NotNegative(value); }

        /// <summary>Gets the rows to imitate, with a column of prompts; null, the default, takes those that are trained on.</summary>
        [JsonIgnore]
        public IDataView? SftSet { get; init; }

        /// <summary>Gets the text column of the completions to imitate. The default is <c>Completion</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string SftColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>
        /// Gets what scores are measured in. The default is their own units. The cost of a nat and the clip range of values mean the same for
        /// every reward where scores are normalised. Held-out prompts are measured in the reward's own units.
        /// </summary>
        public ScoreNormalization ScoreNormalization { get; init; }

        /// <summary>
        /// Gets the completions of the policy that came in which <see cref="ScoreNormalization.Incoming"/> looks at. At least 2; the default
        /// is 128.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 2.</exception>
        public int NormalizationSamples { get; init => field = Require.AtLeast(2, value); } = 128;

        /// <summary>
        /// Gets the greatest magnitude of a score, after it is normalised and before the divergence is taken off: larger ones are cut to it.
        /// Above 0; null, the default, is none.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? ScoreLimit { get; init => field = Require.PositiveOrNull(value); }

        /// <summary>Gets how far a token's ratio may move from 1 in one round. In (0, 1); the default is 0.2.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double ClipRange { get; init => field = Require.InRange(0, 1, Require.Positive(value)); } = 0.2;

        /// <summary>Gets how far the critic's values may move in one round. Above 0; the default is 0.2; null does not limit them.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? ValueClipRange { get; init => field = Require.PositiveOrNull(value); } = 0.2;

        /// <summary>Gets the weight of the critic's loss. Above 0; the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double ValueCoefficient { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>Gets what a reward is worth a token earlier, γ. In (0, 1]; the default is 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Gamma { get; init => field = Require.AtMost(1, Require.Positive(value)); } = 1;

        /// <summary>Gets λ of the advantages: 1 trusts the rewards that came, 0 the critic. In [0, 1]; the default is 0.95.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Lambda { get; init => field = Require.AtMost(1, Require.NotNegative(value)); } = 0.95;

        /// <summary>Gets what the critic starts from. The default is the reward model.</summary>
        public CriticStart CriticStart { get; init; }

        /// <summary>Gets the factor of the critic's learning rate. Above 0; the default is 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double CriticRateFactor { get; init => field = Require.Positive(value); } = 1;

        /// <summary>Gets the norm that the critic's gradients are clipped to. Above 0; null, the default, is that of the training.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? CriticMaxGradientNorm { get; init => field = Require.PositiveOrNull(value); }

        /// <summary>Gets whether rewards of tokens are divided by their deviation over a round. The default is false.</summary>
        public bool WhitensRewards { get; init; }

        /// <summary>
        /// Gets whether advantages become numbers of mean 0 and deviation 1 over a round. The default is true. Without it their size is that
        /// of the rewards, and the steps become smaller as the policy comes near to the best one.
        /// </summary>
        public bool WhitensAdvantages { get; init; } = true;

        /// <summary>
        /// Gets whether what may still have come behind a completion that was cut is the critic's value there. The default is false: the
        /// score of what there is is all.
        /// </summary>
        public bool BootstrapsTruncated { get; init; }

        internal override int CompletionsOfPrompt => GroupSize;

        internal override KLPenalty? HeldBy => Penalty;
    }
}

/// <summary>What the critic of <see cref="PpoTrainer"/> starts from.</summary>
public enum CriticStart
{
    /// <summary>The reward model: its weights and its head, so that first values are what completions score.</summary>
    RewardModel,

    /// <summary>The policy that came in, with a head of zeros.</summary>
    Policy,
}
