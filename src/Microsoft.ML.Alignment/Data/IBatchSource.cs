namespace Microsoft.ML.Alignment.Data;

/// <summary>Serves optimizer steps, each a list of micro-batches.</summary>
internal interface IBatchSource<out TBatch>
{
    /// <summary>Gets the number of optimizer steps of one epoch.</summary>
    int StepsPerEpoch { get; }

    /// <summary>Serves one epoch, pulled one step at a time.</summary>
    /// <param name="epoch">From 0; the order is a function of it and of the seed.</param>
    IEnumerable<IReadOnlyList<TBatch>> Steps(int epoch);
}
