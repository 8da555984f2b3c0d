using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class ExampleHashTests
{
    private static readonly TokenizedExample First = new([1, 2], [[3], [4, 5]], [0.5f]);
    private static readonly TokenizedExample Second = new([6], [[7], [8]], [1]);

    [Fact]
    public void EqualExamplesHaveEqualHashes() => Hash(First, Second).Should().Be(Hash(First, Second)).And.HaveLength(64);

    [Fact]
    public void OrderCounts() => Hash(First, Second).Should().NotBe(Hash(Second, First));

    [Fact]
    public void WhereAPartEndsCounts() => Hash(First).Should().NotBe(Hash(First with { Prompt = [1], Completions = [[2, 3], [4, 5]] }));

    [Fact]
    public void NumbersCount() => Hash(First).Should().NotBe(Hash(First with { Values = [0.25f] }));

    private static string Hash(params TokenizedExample[] examples)
    {
        using var writer = new SpillFileWriter(null);
        foreach (var example in examples)
            writer.Add(example);
        using var store = writer.ToStore();
        return ExampleHash.Of(store);
    }
}
