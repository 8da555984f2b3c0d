using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Ragged examples of random tokens for <see cref="TestModels.Tiny"/>.</summary>
internal static class RandomExamples
{
    private const int VocabularySize = 37;

    /// <summary>Pairs with a margin.</summary>
    public static TokenizedExample[] Pairs(int count, int seed = 3) => Make(count, seed, completions: 2, random => [random.NextSingle()]);

    /// <summary>Prompts with one completion.</summary>
    public static TokenizedExample[] Completions(int count, int seed = 3) => Make(count, seed, completions: 1, _ => []);

    private static TokenizedExample[] Make(int count, int seed, int completions, Func<Random, float[]> values)
    {
        var random = new Random(seed);
        int[] Tokens(int atLeast) => [.. Enumerable.Range(0, random.Next(atLeast, atLeast + 6)).Select(_ => random.Next(VocabularySize))];
        int[][] Sides() => [.. Enumerable.Range(0, completions).Select(_ => Tokens(1))];
        return [.. Enumerable.Range(0, count).Select(_ => new TokenizedExample(Tokens(2), Sides(), values(random)))];
    }
}
