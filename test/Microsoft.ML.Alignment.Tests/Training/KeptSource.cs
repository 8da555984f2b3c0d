using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Serves the same two steps every epoch, each of two micro-batches.</summary>
internal sealed class KeptSource : IBatchSource<TokenBatch>
{
    private readonly IReadOnlyList<TokenBatch>[] _steps = [.. new RecordedSource(RandomExamples.Completions(8), 2, 2).Steps(0)];

    public List<int> Epochs { get; } = [];

    public int StepsPerEpoch => _steps.Length;

    public IEnumerable<IReadOnlyList<TokenBatch>> Steps(int epoch)
    {
        Epochs.Add(epoch);
        return _steps;
    }
}
