namespace Microsoft.ML.Alignment.Batches;

/// <summary>A micro-batch of one of two kinds that share optimizer steps: exactly one of both is there.</summary>
/// <param name="Main">Of the first kind.</param>
/// <param name="Beside">Of the second.</param>
internal sealed record MixedBatch<TMain, TBeside>(TMain? Main, TBeside? Beside) : ITrainingBatch
    where TMain : class, ITrainingBatch
    where TBeside : class, ITrainingBatch
{
    /// <inheritdoc/>
    public int TokenCount => Main?.TokenCount ?? Beside!.TokenCount;
}

/// <summary>Serves each optimizer step of one source together with one of another.</summary>
/// <param name="main">Says how many steps an epoch has.</param>
/// <param name="beside">Its steps follow one another whatever the first one's epochs are.</param>
internal sealed class MixedSource<TMain, TBeside>(IBatchSource<TMain> main, IBatchSource<TBeside> beside) : IBatchSource<MixedBatch<TMain, TBeside>>
    where TMain : class, ITrainingBatch
    where TBeside : class, ITrainingBatch
{
    /// <inheritdoc/>
    public int StepsPerEpoch => main.StepsPerEpoch;

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<MixedBatch<TMain, TBeside>>> Steps(long from) => main.Steps(from).Zip(
        beside.Steps(from), (first, second) => (IReadOnlyList<MixedBatch<TMain, TBeside>>)[
            .. first.Select(batch => new MixedBatch<TMain, TBeside>(batch, null)),
            .. second.Select(batch => new MixedBatch<TMain, TBeside>(null, batch))]);
}
