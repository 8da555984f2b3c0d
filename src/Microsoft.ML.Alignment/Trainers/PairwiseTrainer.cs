using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// A trainer that fits a policy to pairs of a better and a worse completion. Its methods differ in their objectives only.
/// </summary>
public abstract class PairwiseTrainer : PolicyTrainer
{
    private protected PairwiseTrainer(IHostEnvironment environment, TrainerSettings settings, TrainerData data)
        : base(environment, settings, data)
    {
    }

    private protected sealed override void CheckColumns(ColumnCheck data)
    {
        data.Pairs(Settings.Options.Columns);
        if (ProbabilityColumn is { } probability)
            data.Number("chosen probability", probability);
    }

    /// <summary>Gets the column of the probability that the chosen side is the better one; null, the default, where there is none.</summary>
    private protected virtual string? ProbabilityColumn => null;

    private protected abstract PreferenceObjective CreateObjective(ObjectiveModels trained);

    private protected sealed override TrainingRecord Train(StageSetup stage)
    {
        var columns = Settings.Options.Columns;
        using var rows = stage.Read(_ => new(columns.Prompt, [columns.Chosen, columns.Rejected], ProbabilityColumn is { } name ? [name] : []));
        ChosenProbabilities.Require(rows, ProbabilityColumn);
        using var reference = Settings.Reference is { } wanted ? stage.Open(wanted) : null;
        PreferenceObjective Objective(LanguageModel model) => CreateObjective(new(model, reference?.Model, stage.Training.Precision));
        DatasetSource<TokenBatch> Source(IExampleStore store) => new(store, stage.Plan, pairs => Collator.Pack(pairs, endRows: false));
        var objective = Objective(stage.Model);
        var examples = reference?.Prepare(rows.Training, stage.Plan, objective, stage.Context) ?? rows.Training;
        return stage.Run(rows, new StagePlan<TokenBatch>(Source(examples), objective)
        {
            Validation = stage.Validation(rows, Source, Objective),
            States = reference?.State ?? [],
        });
    }
}
