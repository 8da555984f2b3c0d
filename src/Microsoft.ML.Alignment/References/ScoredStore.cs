using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.References;

/// <summary>A store whose examples carry scores of a reference. Disposing it disposes the store.</summary>
/// <param name="store">The examples.</param>
/// <param name="scores">The scores of an example, by its index.</param>
internal sealed class ScoredStore(IExampleStore store, Func<int, float[]> scores) : IExampleStore
{
    public int Count => store.Count;

    public int TokenCount(int index) => store.TokenCount(index);

    public TokenizedExample Read(int index) => store.Read(index) with { ReferenceScores = scores(index) };

    public void Dispose() => store.Dispose();
}
