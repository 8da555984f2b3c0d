using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Completions that a policy imitates beside learning from rewards (PTX in InstructGPT): in each step as many rows as prompts.</summary>
/// <param name="Rows">Prompts with one completion each; owned.</param>
/// <param name="Weight">What their negative log-likelihood counts with; it is averaged over their tokens in the step.</param>
internal sealed record Imitation(IExampleStore Rows, double Weight)
{
    private const string Metric = "loss/sft_avg";

    /// <summary>The same source and objective with these rows beside.</summary>
    public (MixedSource<RolloutBatch, TokenBatch> Source, MixedObjective<RolloutBatch, TokenBatch> Objective) Mix(
        StageSetup stage, RolloutSource source, Training.IObjective<RolloutBatch> objective) =>
    (
        new(source, new DatasetSource<TokenBatch>(Rows, stage.Plan, examples => Collator.Pack(examples, endRows: false))),
        new(objective, new NextTokenObjective(stage.Model, stage.Training.Precision), Weight, Metric));
}
