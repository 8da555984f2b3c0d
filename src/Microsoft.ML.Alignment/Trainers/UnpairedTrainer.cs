using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// A trainer that fits a policy to single completions, each labelled as desirable or not. Its methods differ in their objectives only.
/// </summary>
public abstract class UnpairedTrainer : PolicyTrainer
{
    private protected UnpairedTrainer(IHostEnvironment environment, TrainerSettings settings, TrainerData data)
        : base(environment, settings, data)
    {
    }

    private protected abstract string LabelColumnName { get; }

    private protected sealed override void CheckColumns(ColumnCheck data)
    {
        data.Text("prompt", Settings.Options.Columns.Prompt);
        data.Text("completion", Settings.Options.Columns.Completion);
        data.Flag("label", LabelColumnName);
    }

    private protected sealed override ExampleColumns Columns(DataViewSchema schema, Action<string> log) =>
        new(Settings.Options.Columns.Prompt, [Settings.Options.Columns.Completion], [LabelColumnName]);

    private protected sealed override void LookAt(IExampleStore store, Action<string> log)
    {
        var counts = LabelCounts.Of(store);
        log($"{Settings.Method}: {counts.Desirable} desirable and {counts.Undesirable} undesirable completions.{Advice(counts)}");
    }

    /// <summary>What to say about so many completions of each kind, behind a space; nothing by default.</summary>
    private protected virtual string Advice(LabelCounts counts) => "";
}
