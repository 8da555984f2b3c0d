namespace Microsoft.ML.Alignment.Batches;

/// <summary>Serves optimizer steps, each a list of micro-batches.</summary>
internal interface IBatchSource<out TBatch>
{
    /// <summary>Gets the number of optimizer steps of one epoch.</summary>
    int StepsPerEpoch { get; }

    /// <summary>Serves steps without end, epoch after epoch, each made when it is asked for. What stands before the first is not made.</summary>
    /// <param name="from">The first step, from 0; its micro-batches are those that a source asked from 0 on would give it.</param>
    IEnumerable<IReadOnlyList<TBatch>> Steps(long from);
}
