using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Two objectives that train one model in the same optimizer steps, each on micro-batches and with denominators of its own.</summary>
/// <param name="main">Its metrics are reported.</param>
/// <param name="beside">Its loss is reported.</param>
/// <param name="weight">What the second one's loss counts with.</param>
/// <param name="name">The name of that loss in metrics, before it is weighted.</param>
internal sealed class MixedObjective<TMain, TBeside>(IObjective<TMain> main, IObjective<TBeside> beside, double weight, string name)
    : IObjective<MixedBatch<TMain, TBeside>>
    where TMain : class, ITrainingBatch
    where TBeside : class, ITrainingBatch
{
    /// <inheritdoc/>
    /// <remarks>Nothing: each objective counts its own micro-batches when a step begins.</remarks>
    public TermCounts Count(MixedBatch<TMain, TBeside> batch) => new();

    /// <inheritdoc/>
    public IStep<MixedBatch<TMain, TBeside>> Begin(IReadOnlyList<MixedBatch<TMain, TBeside>> step, TermCounts counts, ICollective all)
    {
        TMain[] first = [.. step.Select(batch => batch.Main).OfType<TMain>()];
        TBeside[] second = [.. step.Select(batch => batch.Beside).OfType<TBeside>()];
        var ofMain = main.Begin(first, main.CountAll(first, all), all);
        var ofBeside = beside.Begin(second, beside.CountAll(second, all), all);
        return new StepOf<MixedBatch<TMain, TBeside>>(
            batch => batch.Main is { } own ? ofMain.Evaluate(own) : Weighted(ofBeside.Evaluate(batch.Beside!)));
    }

    private StepResult Weighted(StepResult result) =>
        new(result.Loss.Times(weight), [new(name, result.Loss.detach(), 1, MetricReduction.Sum)]);
}
