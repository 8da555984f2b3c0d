using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
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
public sealed class SftTrainer : PolicyTrainer
{
    private readonly Options _options;

    internal SftTrainer(IHostEnvironment environment, Options options, TrainerData data)
        : base(environment, new("Sft", options)
        {
            FullDefaults = new(LearningRate: 2e-5, Epochs: 3),
            LoraDefaults = new(LearningRate: 2e-4, Epochs: 3),
        }, data) => _options = options;

    private protected override void CheckColumns(ColumnCheck data)
    {
        data.Text("prompt", _options.PromptColumnName);
        if (!data.HasText(_options.ChosenColumnName) || data.HasText(_options.CompletionColumnName))
            data.Text("completion", _options.CompletionColumnName);
    }

    private protected override TrainingRecord Train(StageSetup stage)
    {
        using var rows = stage.Read(
            schema => Columns(schema, stage.Context.Log), options => options with { EveryTurn = _options.AssistantOnlyLoss });
        NextTokenObjective Objective(LanguageModel model) => new(model, stage.Training.Precision);
        DatasetSource<TokenBatch> Source(IExampleStore store) => new(store, stage.Plan, examples => Collator.Pack(examples, endRows: false));
        return stage.Run(rows, new StagePlan<TokenBatch>(Source(rows.Training), Objective(stage.Model))
        {
            Validation = stage.Validation(rows, Source, Objective),
        });
    }

    private ExampleColumns Columns(DataViewSchema schema, Action<string> log)
    {
        var completion = _options.CompletionColumnName;
        if (!AlignmentSchema.HasText(schema, completion))
        {
            log($"Sft: the data has no text column '{completion}'; the completions of '{_options.ChosenColumnName}' are imitated instead.");
            completion = _options.ChosenColumnName;
        }

        return new(_options.PromptColumnName, [completion], []);
    }

    /// <summary>
    /// How <see cref="SftTrainer"/> trains: with learning rate 2e-5 (LoRA 2e-4) and for 3 epochs, as in TRL, unless
    /// <see cref="TrainerOptions.Training"/> says otherwise.
    /// </summary>
    public sealed record Options : PolicyTrainerOptions
    {
        /// <summary>Gets the text column of completions to imitate. The default is <c>Completion</c>.</summary>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>Gets the text column that is imitated where the data has no completion column. The default is <c>Chosen</c>.</summary>
        public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

        /// <summary>
        /// Gets whether all that the assistant says in a conversation is trained on: what the chat template marks with
        /// <c>{% generation %}</c>, else what it adds for each of the assistant's messages; messages with <c>"weight": 0</c> are not. The
        /// default is false: the last turn is, which is the completion. Rows whose prompts are text cannot be used with it.
        /// </summary>
        public bool AssistantOnlyLoss { get; init; }

        internal override TextColumns Columns => new(PromptColumnName, ChosenColumnName, ColumnNames.Rejected, CompletionColumnName);
    }
}
