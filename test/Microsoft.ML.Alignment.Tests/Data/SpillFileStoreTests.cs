using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class SpillFileStoreTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void TenThousandExamplesAreReadInAnyOrderByManyThreads()
    {
        var examples = Examples.Random(10_000, 2, 3, seed: 4);
        using var store = Spill(examples);
        store.Count.Should().Be(examples.Length);
        var order = Permutation.Of(examples.Length, seed: 1, epoch: 0);
        var wrong = order.AsParallel().WithDegreeOfParallelism(4).Count(index => !Same(store.Read(index), examples[index]));
        wrong.Should().Be(0);
        Enumerable.Range(0, store.Count).Should().OnlyContain(index => store.TokenCount(index) == examples[index].TokenCount);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 2)]
    public void AnExampleLargerThanTheBufferIsKept(int completions, int values)
    {
        int[] large = [.. Enumerable.Range(0, 200_000)];
        var example = new TokenizedExample(large, [.. Enumerable.Repeat(large, completions)], [.. Enumerable.Repeat(float.Pi, values)]);
        using var store = Spill([new([1], [], []), example, new([2], [], [])]);
        Same(store.Read(1), example).Should().BeTrue();
        store.Read(2).Prompt.Should().Equal(2);
        store.Read(0).Prompt.Should().Equal(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("odd")]
    [InlineData("even 😀!")]
    public void ThePromptsTextIsKeptWhereAnExampleHasIt(string text)
    {
        using var store = Spill([new([1], [[2, 3]], [4]), new([5, 6], [[7]], []) { PromptText = text }, new([8], [], [])]);
        store.Read(0).PromptText.Should().BeNull();
        store.Read(1).Should().BeEquivalentTo(new TokenizedExample([5, 6], [[7]], []) { PromptText = text });
        store.Read(2).PromptText.Should().BeNull();
    }

    [Fact]
    public void TheFileVanishesWithTheStoreAndOnUnixHasNoNameThatAKilledProcessCouldLeave()
    {
        using (Spill(Examples.Random(3, 1, 0, seed: 4)))
            Directory.GetFiles(_files.Folder).Should().HaveCount(OperatingSystem.IsWindows() ? 1 : 0);
        Directory.GetFiles(_files.Folder).Should().BeEmpty();
    }

    [Fact]
    public void TheFileVanishesWithAWriterThatWasNotFinished()
    {
        using (var writer = new SpillFileWriter(_files.Folder))
            writer.Add(new([1], [], []));
        Directory.GetFiles(_files.Folder).Should().BeEmpty();
    }

    private SpillFileStore Spill(TokenizedExample[] examples)
    {
        using var writer = new SpillFileWriter(_files.Folder);
        foreach (var example in examples)
            writer.Add(example);
        return writer.ToStore();
    }

    private static bool Same(TokenizedExample a, TokenizedExample b) =>
        a.Prompt.SequenceEqual(b.Prompt) && a.Values.SequenceEqual(b.Values)
        && a.Completions.Length == b.Completions.Length && a.Completions.Zip(b.Completions).All(pair => pair.First.SequenceEqual(pair.Second));
}
