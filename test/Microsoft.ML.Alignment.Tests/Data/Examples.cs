using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

/// <summary>Examples of random lengths whose ids tell where they come from.</summary>
internal static class Examples
{
    /// <param name="count">Number of examples.</param>
    /// <param name="completions">Completions of each.</param>
    /// <param name="shared">Tokens that every prompt starts with.</param>
    /// <param name="seed">Seed of lengths and ids.</param>
    public static TokenizedExample[] Random(int count, int completions, int shared, int seed)
    {
        var random = new Random(seed);
        int[] beginning = [.. Enumerable.Range(100, shared)];
        return [.. Enumerable.Range(0, count).Select(index => new TokenizedExample(
            [.. beginning, .. Ids(random, 1, 9)],
            [.. Enumerable.Range(0, completions).Select(_ => Ids(random, 1, 7))],
            [index, random.NextSingle()]))];
    }

    private static int[] Ids(Random random, int from, int below) =>
        [.. Enumerable.Range(0, random.Next(from, below)).Select(_ => random.Next(1000, 5000))];
}

/// <summary>A store in memory.</summary>
internal sealed class ListStore(IReadOnlyList<TokenizedExample> examples) : IExampleStore
{
    public int Count => examples.Count;

    public int Reads { get; private set; }

    public int TokenCount(int index) => examples[index].TokenCount;

    public TokenizedExample Read(int index)
    {
        Reads++;
        return examples[index];
    }

    public void Dispose()
    {
    }
}
