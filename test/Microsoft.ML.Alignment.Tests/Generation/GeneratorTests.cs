using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Generation;

public sealed class GeneratorTests
{
    private static readonly int[][] Prompts =
    [
        [1, 7, 30, 4, 19], [1, 7, 30], [5], [1, 7, 30, 4, 19], [1, 7, 12, 4, 22, 9, 35, 16], [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5],
    ];

    [Fact]
    public void CachedGenerationEqualsUncached()
    {
        using var model = TestModels.Tiny(config: WithEnds("[2, 5, 11, 17, 23]"));
        var generated = Generator.Complete(model, Prompts, new() { MaxNewTokens = 70 });
        for (var i = 0; i < Prompts.Length; i++)
            generated[i].Ids.Should().Equal(WithoutCache(model, Prompts[i], 70));
        generated.Select(g => g.Ids.Length).Distinct().Should().HaveCountGreaterThan(1, "rows should end at different times for this to test anything");
    }

    [Fact]
    public void ResultsDoNotDependOnTheBatch()
    {
        using var model = TestModels.Tiny();
        var options = new GenerationOptions { MaxNewTokens = 20, Temperature = 0.8, Seed = 5 };
        var together = Generator.Complete(model, Prompts, options);
        var first = Generator.Complete(model, [Prompts[0]], options);
        var firstTwo = Generator.Complete(model, Prompts[..2], options);
        first[0].Ids.Should().Equal(together[0].Ids);
        firstTwo.Select(g => g.Ids).Should().BeEquivalentTo(together.Take(2).Select(g => g.Ids), o => o.WithStrictOrdering());
        together[3].Ids.Should().NotEqual(together[0].Ids, "equal prompts have random streams of their own");
    }

    [Fact]
    public void CompletionStopsAtAnyEndTokenWhichItKeeps()
    {
        const int Limit = 60;
        using var free = TestModels.Tiny(config: WithEnds("null"));
        var written = Generator.Complete(free, [Prompts[0]], new() { MaxNewTokens = Limit })[0];
        written.Ended.Should().BeFalse();
        written.Ids.Should().HaveCount(Limit);

        var end = written.Ids.Distinct().ElementAt(2);
        using var stopping = TestModels.Tiny(config: WithEnds($"[36, {end}]"));
        var stopped = Generator.Complete(stopping, [Prompts[0]], new() { MaxNewTokens = Limit })[0];
        stopped.Ended.Should().BeTrue();
        var first = Array.FindIndex(written.Ids, id => id == end || id == 36);
        stopped.Ids.Should().Equal(written.Ids[..(first + 1)]);
    }

    [Fact]
    public void SamplesFollowTheModelsProbabilities()
    {
        const int Draws = 4000;
        using var model = TestModels.Tiny();
        int[] prompt = [1, 7, 30];
        var samples = Generator.Complete(
            model, [.. Enumerable.Repeat(prompt, Draws)], new() { MaxNewTokens = 1, Temperature = 0.7, Seed = 3 });
        var logits = TestModels.Logits(model, PackedSequences.Of([prompt]))[^37..];
        var weights = logits.Select(logit => Math.Exp(logit / 0.7)).ToArray();
        for (var id = 0; id < 37; id++)
        {
            var expected = weights[id] / weights.Sum();
            var found = samples.Count(sample => sample.Ids[0] == id) / (double)Draws;
            found.Should().BeApproximately(expected, 4.5 * Math.Sqrt(expected * (1 - expected) / Draws) + 1e-9, "4.5 standard deviations");
        }
    }

    [Fact]
    public void BFloat16GenerationStartsLikeFloat32()
    {
        using var model = TestModels.Tiny();
        var exact = Generator.Complete(model, Prompts, new() { MaxNewTokens = 1 });
        var narrow = Generator.Complete(model, Prompts, new() { MaxNewTokens = 1 }, Precision.BFloat16);
        narrow.Zip(exact).Count(pair => pair.First.Ids[0] == pair.Second.Ids[0]).Should().BeGreaterThanOrEqualTo(Prompts.Length - 1);
    }

    [Fact]
    public void APromptThatLeavesFewerPositionsGetsFewerTokens()
    {
        using var model = TestModels.Tiny(config: WithEnds("null"));
        int[] longest = [.. Enumerable.Range(0, 93).Select(i => i % 37)];
        int[] other = [5, .. longest[1..]];

        var generated = Generator.Complete(model, [Prompts[0], longest, other], new() { MaxNewTokens = 96 });

        generated.Select(g => g.Ids.Length).Should().Equal(91, 3, 3);
        generated.Should().OnlyContain(g => !g.Ended);
        generated[1].Ids.Should().Equal(WithoutCache(model, longest, 3));
        generated[2].Ids.Should().Equal(WithoutCache(model, other, 3));
    }

    [Fact]
    public void PromptThatLeavesNoPositionIsRefusedWithTheNumbers()
    {
        using var model = TestModels.Tiny();
        var act = () => Generator.Complete(model, [[1, 2], new int[96]], new() { MaxNewTokens = 1 });
        act.Should().Throw<ArgumentException>().WithMessage("Prompt 1 has 96 tokens*96 positions*");
    }

    [Fact]
    public void EmptyPromptAndUnknownIdsAreRefused()
    {
        using var model = TestModels.Tiny();
        var empty = () => Generator.Complete(model, [[]], new());
        empty.Should().Throw<ArgumentException>().WithMessage("Prompt 0 has no tokens*");
        var unknown = () => Generator.Complete(model, [[37]], new() { MaxNewTokens = 2 });
        unknown.Should().Throw<ArgumentException>().WithMessage("Prompt 0*0 to 36*");
    }

    [Fact]
    public void GenerationCanBeCancelled()
    {
        using var model = TestModels.Tiny();
        var act = () => Generator.Complete(model, Prompts, new() { MaxNewTokens = 5 }, cancellation: new(canceled: true));
        act.Should().Throw<OperationCanceledException>();
    }

    private static string WithEnds(string ends) => TestModels.TinyConfig.Replace("\"eos_token_id\": 2", $"\"eos_token_id\": {ends}");

    private static int[] WithoutCache(LanguageModel model, int[] prompt, int limit)
    {
        var ids = prompt.ToList();
        while (ids.Count < prompt.Length + limit && (ids.Count == prompt.Length || !model.Config.EosTokenIds.Contains(ids[^1])))
        {
            var logits = TestModels.Logits(model, PackedSequences.Of([[.. ids]]))[^37..];
            ids.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. ids.Skip(prompt.Length)];
    }
}
