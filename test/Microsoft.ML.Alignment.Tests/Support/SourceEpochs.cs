using Microsoft.ML.Alignment.Batches;

namespace Microsoft.ML.Alignment.Tests.Support;

internal static class SourceEpochs
{
    /// <summary>The steps of one epoch.</summary>
    public static IEnumerable<IReadOnlyList<TBatch>> Epoch<TBatch>(this IBatchSource<TBatch> source, int epoch) =>
        source.Steps((long)epoch * source.StepsPerEpoch).Take(source.StepsPerEpoch);
}
