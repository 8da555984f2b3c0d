using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Group relative policy optimization (Shao et al., 2024, arXiv:2402.03300): the policy writes several completions of each prompt, and
/// learns from how their rewards differ, without a critic. With other options it is Dr. GRPO, DAPO, GSPO, CISPO or REINFORCE++.
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
public sealed class GrpoTrainer : PolicyGradientTrainer
{
    private readonly Options _options;

    internal GrpoTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, "Grpo", options, (new(LearningRate: 1e-6, Epochs: 1), new(LearningRate: 1e-5, Epochs: 1)), data)
    {
        _options = options;
        OnPolicyChecks.RequireGroup("Grpo", options.GroupSize, options.Advantages);
        if (options.Advantages == AdvantageKind.Global)
            OnPolicyChecks.RequireComparison("Grpo", options, "those of all prompts");
    }

    private protected override OnPolicyMethod Method(StageSetup stage) =>
        Compared(stage, _options.Advantages, _options.Loss, _options.Averaging);

    /// <summary>
    /// How <see cref="GrpoTrainer"/> trains: with learning rate 1e-6, as in TRL (LoRA 1e-5), and for 1 epoch, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PolicyGradientTrainerOptions
    {
        /// <summary>Gets the completions of each prompt. At least 1, and 2 where they are compared; the default is 8.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int GroupSize { get; init => field = Require.AtLeast(1, value); } = 8;

        /// <summary>Gets what a completion's reward is compared with. The default is its prompt's others, in their deviations.</summary>
        public AdvantageKind Advantages { get; init; } = AdvantageKind.Group;

        /// <summary>Gets the loss of a token. The default is PPO's clipped one.</summary>
        public PolicyLoss Loss { get; init => field = Require.NotNull(value); } = new PolicyLoss.Clipped();

        /// <summary>Gets what the loss of tokens is averaged over. The default is all tokens of a step, as in TRL.</summary>
        public TokenAveraging Averaging { get; init; } = TokenAveraging.Step;

        /// <summary>Gets what holds the policy to the one that came in; null, the default, as in TRL, is nothing.</summary>
        public KLPenalty? Penalty { get; init; }

        internal override int CompletionsOfPrompt => GroupSize;

        internal override KLPenalty? HeldBy => Penalty;
    }
}
