using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Serves the same two steps every epoch, each of two micro-batches.</summary>
internal sealed class KeptSource : IBatchSource<TokenBatch>
{
    private readonly IReadOnlyList<TokenBatch>[] _steps = [.. new RecordedSource<TokenBatch>(RandomExamples.Completions(8), 2, 2, batch => batch).Epoch(0)];

    public List<long> Asked { get; } = [];

    public int StepsPerEpoch => _steps.Length;

    public IEnumerable<IReadOnlyList<TokenBatch>> Steps(long from)
    {
        Asked.Add(from);
        while (true)
            yield return _steps[from++ % _steps.Length];
    }
}
