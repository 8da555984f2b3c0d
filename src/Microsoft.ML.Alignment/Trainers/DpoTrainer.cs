using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
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
public sealed class DpoTrainer : AlignmentTrainer<PolicyTransformer>
{
    private const string Name = "dpo";
    private readonly Options _options;

    internal DpoTrainer(IHostEnvironment environment, Options options, AlignmentRun run, IDataView? trainingSet)
        : base(environment, Settings(options), run, trainingSet) => _options = options;

    private protected override string AnnotationKind => AlignmentSchema.PolicyKind;

    private protected override IReadOnlyList<ScoreColumn> Outputs(StageColumns columns, Func<string, bool> has) =>
        PolicyTransformer.Outputs(Name, columns, hasReference: true, has);

    private protected override void CheckColumns(ColumnCheck data)
    {
        data.Text("prompt", _options.PromptColumnName);
        data.Text("chosen", _options.ChosenColumnName);
        data.Text("rejected", _options.RejectedColumnName);
    }

    private protected override ExampleColumns Columns(DataViewSchema schema, Action<string> log) =>
        new(_options.PromptColumnName, [_options.ChosenColumnName, _options.RejectedColumnName], []);

    private protected override ReferencePolicy Reference => _options.Reference;

    private protected override IObjective<TokenBatch> CreateObjective(TrainedModel trained) => new PreferenceObjective(
        trained.Model, trained.Reference, (policy, reference) => _options.Loss.Evaluate(policy, reference, _options.Beta))
    {
        Precision = trained.Training.Precision,
        Details = _options.Loss.Details,
        CouplesPairs = _options.Loss.CouplesPairs,
        SftWeight = _options.SftWeight,
    };

    private protected override PolicyTransformer CreateTransformer(
        IHostEnvironment environment, StageSettings settings, LanguageModel model, LanguageModel incoming) =>
        new(environment, new(settings with { Generation = _options.Generation, Beta = _options.Beta }, model, incoming.Share()));

    private static TrainerSettings Settings(Options options) => new("Dpo", Name)
    {
        Columns = new(options.PromptColumnName, options.ChosenColumnName, options.RejectedColumnName, "Completion"),
        FullDefaults = new(LearningRate: 1e-6, Epochs: 1),
        LoraDefaults = new(LearningRate: 1e-5, Epochs: 1),
        Options = options,
        SavedOptions = StageFile.OptionsOf(options),
    };

    /// <summary>How <see cref="DpoTrainer"/> trains.</summary>
    public sealed record Options : ITrainerOptions
    {
        /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
        public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = "Prompt";

        /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
        public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = "Chosen";

        /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
        public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = "Rejected";

        /// <summary>Gets how prompts are read. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }

        /// <summary>Gets the strength of the pull towards the reference, β. Above 0; the default is 0.1.</summary>
        public double Beta { get; init => field = Require.Positive(value); } = 0.1;

        /// <summary>Gets the loss of a pair. The default is DPO's, <see cref="PairLoss.Sigmoid"/>.</summary>
        public PairLoss Loss { get; init => field = Require.NotNull(value); } = new PairLoss.Sigmoid();

        /// <summary>
        /// Gets the weight of the chosen completions' negative log-likelihood beside the loss (RPO; Pang et al., 2024, arXiv:2404.19733, eq. 1), averaged
        /// over tokens. 0 or more; the default is 0.
        /// </summary>
        public double SftWeight { get; init => field = Require.NotNegative(value); }

        /// <summary>Gets what the policy is compared with. The default is the policy that comes in.</summary>
        public ReferencePolicy Reference { get; init => field = Require.NotNull(value); } = new ReferencePolicy.Incoming();

        /// <summary>Gets how to train. Learning rate 1e-6, as in TRL (LoRA 1e-5), and 1 epoch, unless it says otherwise.</summary>
        public TrainingOptions Training { get; init; } = new();

        /// <summary>Gets the adapter to train; null, the default, trains all weights.</summary>
        public LoraOptions? Lora { get; init; }

        /// <summary>Gets how the fitted policy writes completions.</summary>
        public GenerationOptions Generation { get; init; } = new();

        /// <summary>Gets the model to start from instead of the one upstream; borrowed. The default is null.</summary>
        [JsonIgnore]
        public LanguageModel? InitialModel { get; init; }
    }
}
