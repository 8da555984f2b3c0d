using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
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

    /// <summary>Reads prompts, completions and labels.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="keepsPrompts">Whether examples keep their prompts as text.</param>
    private protected StageRows Read(StageSetup stage, bool keepsPrompts = false) => stage.Read(
        _ => new(Settings.Options.Columns.Prompt, [Settings.Options.Columns.Completion], [LabelColumnName]),
        read => read with { KeepsPrompts = keepsPrompts });

    /// <summary>Says how many completions of each kind there are.</summary>
    private protected string Describe(LabelCounts counts) =>
        $"{Settings.Method}: {counts.Desirable} desirable and {counts.Undesirable} undesirable completions.";

    /// <summary>Trains on completions by themselves.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="loss">The method's loss.</param>
    /// <param name="point">What outcomes are compared with.</param>
    /// <param name="remark">What to say of the labels, behind their numbers.</param>
    private protected TrainingRecord Train(
        StageSetup stage, UnpairedLoss loss, IReferencePoint<FeedbackBatch> point, Func<LabelCounts, string> remark)
    {
        using var rows = Read(stage);
        using var reference = stage.Open(Settings.Reference!);
        UnpairedObjective<FeedbackBatch> Objective(LanguageModel model) => new(new(model, reference.Model, stage.Training.Precision), loss, point);
        DatasetSource<FeedbackBatch> Source(IExampleStore store) => new(store, stage.Plan, FeedbackBatch.Pack);
        var (objective, counts) = (Objective(stage.Model), LabelCounts.Of(rows.Training));
        var examples = reference.Prepare(rows.Training, stage.Plan, objective, stage.Context);
        return stage.Run(rows, new StagePlan<FeedbackBatch>(Source(examples), objective)
        {
            Validation = stage.Validation(rows, Source, Objective),
            States = point is ITrainingState state ? [.. reference.State, state] : reference.State,
            Remarks = [Describe(counts) + remark(counts)],
        });
    }
}
