using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Optimizer steps of labelled completions, as the data source makes them.</summary>
internal static class FeedbackSteps
{
    /// <summary>Completions of random tokens; the labels follow no pattern of one or two.</summary>
    public static TokenizedExample[] Examples(int count, int seed = 3) =>
        [.. RandomExamples.Completions(count, seed).Select((example, i) => example with { Values = [i % 5 is 0 or 2 or 3 ? 1 : 0] })];

    /// <summary>All examples as one step.</summary>
    public static IReadOnlyList<KtoBatch> One(TokenizedExample[] examples, int microBatchSize) =>
        Source(examples, examples.Length, microBatchSize).Epoch(0).Single();

    /// <summary>Steps in the order of the examples.</summary>
    public static KtoSource Source(TokenizedExample[] examples, int batchSize, int microBatchSize, IReferenceScores? reference = null) => new(
        new ListStore(examples), new(batchSize, microBatchSize, 0, Shuffle: false), new(128, null), reference);

    /// <summary>What a step gives, after its backward passes.</summary>
    public static StepSummary Train<TBatch>(IObjective<TBatch> objective, IReadOnlyList<TBatch> step)
    {
        var begun = objective.Begin(step);
        var results = step.Select(begun.Evaluate).ToArray();
        foreach (var result in results)
            result.Loss.backward();
        return StepSummary.Read(results, gradientNorm: 0);
    }
}
