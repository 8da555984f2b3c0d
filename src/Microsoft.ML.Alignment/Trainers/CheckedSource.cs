using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A batch source that asks before every step whether to go on.</summary>
internal sealed class CheckedSource<TBatch>(IBatchSource<TBatch> source, Action check) : IBatchSource<TBatch>
{
    public int StepsPerEpoch => source.StepsPerEpoch;

    public IEnumerable<IReadOnlyList<TBatch>> Steps(int epoch)
    {
        foreach (var step in source.Steps(epoch))
        {
            check();
            yield return step;
        }
    }
}
