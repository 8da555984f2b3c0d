using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Supervised fine-tuning: imitates completions. The loss is on the completions' tokens only, never on the prompts'.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and output columns
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required |
/// | `Completion` | text | what is imitated; where the data has none, `Chosen` is |
/// | `Policy` | text | output; carries the trained policy |
/// | `GeneratedCompletion` | text | output; what the policy writes |
/// ]]></format>
/// </remarks>
public sealed class SftTrainer : AlignmentTrainer<PolicyTransformer>
{
    private const string Name = "sft";
    private readonly Options _options;

    internal SftTrainer(IHostEnvironment environment, Options options, AlignmentRun run, IDataView? trainingSet)
        : base(environment, Settings(options), run, trainingSet) => _options = options;

    private protected override string AnnotationKind => AlignmentSchema.PolicyKind;

    private protected override IReadOnlyList<ScoreColumn> Outputs(StageColumns columns, Func<string, bool> has) =>
        PolicyTransformer.Outputs(Name, columns, hasReference: false, has);

    private protected override void CheckColumns(ColumnCheck data)
    {
        data.Text("prompt", _options.PromptColumnName);
        if (!data.HasText(_options.ChosenColumnName) || data.HasText(_options.CompletionColumnName))
            data.Text("completion", _options.CompletionColumnName);
    }

    private protected override ExampleColumns Columns(DataViewSchema schema, Action<string> log)
    {
        var completion = _options.CompletionColumnName;
        if (!AlignmentSchema.HasText(schema, completion))
        {
            log($"Sft: the data has no text column '{completion}'; the completions of '{_options.ChosenColumnName}' are imitated instead.");
            completion = _options.ChosenColumnName;
        }

        return new(_options.PromptColumnName, [completion], []);
    }

    private protected override IObjective<TokenBatch> CreateObjective(TrainedModel trained) =>
        new NextTokenObjective(trained.Model, trained.Training.Precision);

    private protected override PolicyTransformer CreateTransformer(
        IHostEnvironment environment, StageSettings settings, LanguageModel model, LanguageModel incoming) =>
        new(environment, new(settings with { Generation = _options.Generation }, model));

    private static TrainerSettings Settings(Options options) => new("Sft", Name)
    {
        Columns = new(options.PromptColumnName, options.ChosenColumnName, "Rejected", options.CompletionColumnName),
        FullDefaults = new(LearningRate: 2e-5, Epochs: 3),
        LoraDefaults = new(LearningRate: 2e-4, Epochs: 3),
        Options = options,
        SavedOptions = StageFile.OptionsOf(options),
    };

    /// <summary>How <see cref="SftTrainer"/> trains.</summary>
    public sealed record Options : ITrainerOptions
    {
        /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
        public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = "Prompt";

        /// <summary>Gets the text column of completions to imitate. The default is <c>Completion</c>.</summary>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = "Completion";

        /// <summary>Gets the text column that is imitated where the data has no completion column. The default is <c>Chosen</c>.</summary>
        public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = "Chosen";

        /// <summary>Gets how prompts are read. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }

        /// <summary>Gets how to train. Learning rate 2e-5 (LoRA 2e-4) and 3 epochs, as in TRL, unless it says otherwise.</summary>
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
