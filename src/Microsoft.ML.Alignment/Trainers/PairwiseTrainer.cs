using Microsoft.ML.Alignment.Data;
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

    private protected sealed override void CheckColumns(ColumnCheck data) => data.Pairs(Settings.Options.Columns);

    private protected sealed override ExampleColumns Columns(DataViewSchema schema, Action<string> log) =>
        new(Settings.Options.Columns.Prompt, [Settings.Options.Columns.Chosen, Settings.Options.Columns.Rejected], []);
}
