using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Tests.Generation;

public sealed class PromptQueueTests
{
    [Fact]
    public void LongPromptsComeFirstAndEqualOnesTogether()
    {
        int[] a = [1, 2], b = [3, 4, 5], c = [6];
        var queue = new PromptQueue([a, c, b, [.. a], [.. b], [.. a]], new(Rows: 4, PromptTokens: 100));

        queue.Take(rows: 0, promptTokens: 0).Should().Equal(2, 4);
        queue.Take(rows: 2, promptTokens: 6).Should().BeEmpty("the three equal ones wait until there is room for all");
        queue.Take(rows: 0, promptTokens: 0).Should().Equal(0, 3, 5, 1);
        queue.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void AGroupLargerThanABatchIsSplitAndAPromptLongerThanItGoesAlone()
    {
        int[] a = [1, 2, 3];
        var queue = new PromptQueue([a, a, a, [7]], new(Rows: 2, PromptTokens: 2));

        queue.Take(0, 0).Should().Equal(0, 1);
        queue.Take(0, 0).Should().Equal(2);
        queue.Take(0, 0).Should().Equal(3);
    }

    [Fact]
    public void WhereRowsTakeThePlacesOfOthersResultsAreThoseOfEachAlone()
    {
        using var model = TestModels.Tiny(config: TestModels.TinyConfig.Replace("\"eos_token_id\": 2", "\"eos_token_id\": [2, 5, 11, 17, 23]"));
        var random = new Random(3);
        int[][] prompts = [.. Enumerable.Range(0, 23).Select(i => Enumerable.Range(0, 1 + random.Next(30)).Select(_ => random.Next(37)).ToArray())];
        prompts[5] = prompts[6] = prompts[2];
        var sampler = new TokenSampler(new() { Temperature = 0.9 });
        DecodingRequest Request(int[][] some, int first) => new(some, 40, sampler, index => new RandomStream(4, 7L, first + index));

        var together = Complete(model, Request(prompts, 0) with { Limits = new(Rows: 4, PromptTokens: 70) });

        together.Select(one => one.Ids.Length).Distinct().Should().HaveCountGreaterThan(5, "rows leave at different times");
        for (var i = 0; i < prompts.Length; i++)
            Complete(model, Request([prompts[i]], i))[0].Should().BeEquivalentTo(together[i], o => o.WithStrictOrdering(), $"prompt {i}");
    }

    [Fact]
    public void RoundsAndRowsHaveStreamsOfTheirOwn()
    {
        double First(int seed, long round, long row) => new RandomStream(seed, round, row).Next();

        var all = from seed in Enumerable.Range(0, 5) from round in Enumerable.Range(0, 5) from row in Enumerable.Range(0, 5) select First(seed, round, row);
        all.Distinct().Should().HaveCount(125);
        First(1, 2, 3).Should().Be(First(1, 2, 3));
    }

    private static IReadOnlyList<Generated> Complete(LanguageModel model, DecodingRequest request) =>
        Generator.Complete(model, request, Precision.Float32, default);
}
