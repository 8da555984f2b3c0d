using Microsoft.ML.Alignment.Batches;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A batch source that asks before every step whether to go on.</summary>
internal sealed class CheckedSource<TBatch>(IBatchSource<TBatch> source, Action check) : IBatchSource<TBatch>
{
    public int StepsPerEpoch => source.StepsPerEpoch;

    public IEnumerable<IReadOnlyList<TBatch>> Steps(long from)
    {
        foreach (var step in source.Steps(from))
        {
            check();
            yield return step;
        }
    }
}
