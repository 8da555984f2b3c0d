using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class DatasetSourceTests
{
    [Theory]
    [InlineData(23, 8, 3, true)]
    [InlineData(23, 8, 3, false)]
    [InlineData(24, 8, 8, true)]
    [InlineData(5, 8, 16, true)]
    public void EveryExampleIsServedOnceAnEpoch(int count, int batchSize, int microBatchSize, bool shuffle)
    {
        var source = Source(new ListStore(Examples.Random(count, 2, 0, seed: 2)), new(batchSize, microBatchSize, 7, shuffle));
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var steps = Order(source, epoch);
            steps.Should().HaveCount(source.StepsPerEpoch);
            steps.SkipLast(1).All(step => step.Count == batchSize).Should().BeTrue();
            steps.SelectMany(step => step).Order().Should().Equal(Enumerable.Range(0, count));
        }
    }

    [Fact]
    public void TheOrderIsAFunctionOfSeedAndEpoch()
    {
        var first = Permutation.Of(200, seed: 3, epoch: 1);
        Permutation.Of(200, seed: 3, epoch: 1).Should().Equal(first);
        Permutation.Of(200, seed: 3, epoch: 2).Should().NotEqual(first);
        Permutation.Of(200, seed: 4, epoch: 1).Should().NotEqual(first);
        Permutation.Of(200, seed: 1, epoch: 3).Should().NotEqual(first);
    }

    [Fact]
    public void TheOrderIsThatOfAnIndependentSplitMix64() => Permutation.Of(10, seed: 42, epoch: 1).Should().Equal(0, 7, 4, 9, 6, 2, 5, 8, 1, 3);

    [Fact]
    public void AllOrdersAreEquallyLikely()
    {
        const int draws = 24_000;
        var counts = Enumerable.Range(0, draws).Select(seed => string.Concat(Permutation.Of(4, seed, 0))).CountBy(order => order).ToDictionary();
        counts.Should().HaveCount(24);
        var chiSquare = counts.Values.Sum(count => Math.Pow(count - draws / 24.0, 2) / (draws / 24.0));
        chiSquare.Should().BeLessThan(49.7, "that is the 99.9 % point of chi-square with 23 degrees of freedom");
    }

    [Fact]
    public void WithoutShufflingTheOrderIsThatOfTheStore() =>
        Order(Source(new ListStore(Examples.Random(11, 1, 0, seed: 2)), new(4, 4, 7, Shuffle: false)), 5)
            .Select(step => step.Order()).SelectMany(step => step).Should().Equal(Enumerable.Range(0, 11));

    [Fact]
    public void MicroBatchesHoldAsManyExamplesAsTheirTokensAllow()
    {
        var examples = Examples.Random(40, 2, 0, seed: 9);
        var most = examples.Max(example => example.TokenCount) + 5;
        var source = Source(new ListStore(examples), new(40, 40, 1, Shuffle: true) { MicroBatchTokens = most });
        var batches = source.Epoch(0).Single().Select(batch => batch.Examples.Select(example => example.TokenCount).ToList()).ToList();

        batches.Should().OnlyContain(tokens => tokens.Sum() <= most);
        batches.Zip(batches.Skip(1)).Should().OnlyContain(pair => pair.First.Sum() + pair.Second[0] > most, "a batch is closed only when it is full");
    }

    [Fact]
    public void AnExampleLongerThanTheTokensOfAMicroBatchStandsAlone() =>
        Source(new ListStore(Examples.Random(7, 1, 0, seed: 9)), new(7, 7, 1, Shuffle: true) { MicroBatchTokens = 1 })
            .Epoch(0).Single().Should().HaveCount(7);

    [Fact]
    public void MicroBatchesHoldExamplesOfLikeLength()
    {
        var examples = Examples.Random(40, 1, 0, seed: 9);
        var source = Source(new ListStore(examples), new(40, 8, 1, Shuffle: true));
        var lengths = source.Epoch(0).Single().SelectMany(batch => batch.Examples).Select(example => example.TokenCount).ToList();
        lengths.Should().BeInDescendingOrder();
    }

    [Fact]
    public void StepsAreReadWhenTheyArePulled()
    {
        var store = new ListStore(Examples.Random(30, 1, 0, seed: 2));
        using var steps = Source(store, new(5, 2, 1, Shuffle: true)).Epoch(0).GetEnumerator();
        store.Reads.Should().Be(0);
        steps.MoveNext().Should().BeTrue();
        store.Reads.Should().Be(5);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void SizesBelowOneAreRefused(int batchSize, int microBatchSize) =>
        FluentActions.Invoking(() => new BatchPlan(batchSize, microBatchSize, 1, true)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(23)]
    public void WhatStandsBeforeTheFirstStepIsNotRead(int from)
    {
        var store = new ListStore(Examples.Random(30, 1, 0, seed: 2));
        var source = Source(store, new(5, 2, 1, Shuffle: true)); // 6 steps an epoch
        var all = source.Steps(0).Take(from + 9).Select(Indices).ToList();
        var reads = store.Reads;

        var resumed = source.Steps(from).Take(9).Select(Indices).ToList();

        resumed.Should().BeEquivalentTo(all.Skip(from), options => options.WithStrictOrdering());
        (store.Reads - reads).Should().Be(9 * 5);
    }

    private static DatasetSource<TokenBatch> Source(ListStore store, BatchPlan plan) => new(store, plan, examples => Collator.Pack(examples));

    private static List<int> Indices(IReadOnlyList<TokenBatch> step) =>
        [.. step.SelectMany(batch => batch.Examples.Select(example => (int)example.Values[0]))];

    /// <summary>Indexes of the examples, a list for each step.</summary>
    private static List<List<int>> Order(DatasetSource<TokenBatch> source, int epoch) =>
        [.. source.Epoch(epoch).Select(step => step.SelectMany(batch => batch.Examples.Select(example => (int)example.Values[0])).ToList())];
}
