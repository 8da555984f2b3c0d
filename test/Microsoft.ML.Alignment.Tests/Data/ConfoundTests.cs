using Microsoft.ML.Alignment.Data.Confounds;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class ConfoundTests
{
    private const int Pairs = 400;
    private static readonly string[] Words = [.. Enumerable.Range(0, 60).Select(i => $"w{(char)('a' + (i % 26))}{i}")];
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void CleanPairsHaveNoConfound(int seed) => Find(seed, (pair, _) => pair).Should().BeEmpty();

    [SharedFact("data/preferences-conversational.jsonl")]
    public void RealPreferencesOfManyTopicsHaveNoConfound() =>
        Catalog.FindConfounds(Catalog.LoadJsonLines(Golden.Shared("data/preferences-conversational.jsonl"))).Should().BeEmpty();

    [Fact]
    public void APlantedWordIsNamedWithItsAccuracy()
    {
        // In nine of ten pairs the rejected side has the word, in the tenth neither: 0.9 + 0.1 / 2.
        var found = Find(1, (pair, i) => i % 10 == 0 ? pair : pair with { Rejected = $"{pair.Rejected[..^1]} sorry {pair.Rejected[^1]}" });
        var word = found.Should().ContainSingle(c => c.Feature == "rejected contains \"sorry\"").Subject;
        word.Accuracy.Value.Should().BeApproximately(0.95, 1e-12);
        word.Accuracy.Count.Should().Be(Pairs);

        // Wilson by hand for p = 0.95, n = 400, z² = 3.8414588: centre (0.95 + 0.00480182) / 1.00960365, half-width
        // 1.95996398 · √(0.00011875 + 0.0000060023) / 1.00960365.
        word.Accuracy.Lower.Should().BeApproximately(0.945719 - 0.021683, 1e-5);
        word.Accuracy.Upper.Should().BeApproximately(0.945719 + 0.021683, 1e-5);
        word.ToString().Should().Contain("95.0 % of 400 pairs (95 % interval 92.4 to 96.7)");
    }

    [Fact]
    public void APlantedLengthIsNamed() =>
        Find(1, (pair, i) => pair with { Chosen = pair.Chosen + string.Concat(Enumerable.Repeat($" {Words[i % 60]}", 30)) })
            .Should().Contain(c => c.Feature == "chosen is longer" && c.Accuracy.Value > 0.95);

    [Fact]
    public void APlantedSuffixIsNamedOnce()
    {
        var found = Find(2, (pair, _) => pair with { Chosen = $"{pair.Chosen} Hope this helps" });
        found.Where(c => c.Accuracy.Value == 1).Should().ContainSingle("what decides all pairs alike is one confound")
            .Which.Feature.Should().Be("chosen ends with \" Hope this helps\"");
    }

    [Fact]
    public void APlantedStartIsNamed() =>
        Find(3, (pair, i) => i % 5 == 0 ? pair : pair with { Chosen = $"Sure {pair.Chosen}" })
            .Should().Contain(c => c.Feature == "chosen starts with \"Sure\"" && Math.Abs(c.Accuracy.Value - 0.9) < 1e-12);

    [Fact]
    public void PlantedPunctuationIsNamed() =>
        Find(4, (pair, i) => i % 4 == 0 ? pair : pair with { Rejected = pair.Rejected.Insert(3, "!") })
            .Should().Contain(c => c.Feature == "rejected has more \"!\"").Which.Accuracy.Value.Should().Be(0.875);

    [Fact]
    public void FewPairsProveNothing()
    {
        // With so few pairs a perfect split can be chance, given that hundreds of features are looked at.
        Find(5, (pair, _) => pair with { Chosen = $"Sure {pair.Chosen}" }, count: 10).Should().BeEmpty();
        Find(5, (pair, _) => pair with { Chosen = $"Sure {pair.Chosen}" }, count: 40).Should().NotBeEmpty();
    }

    [Fact]
    public void RepeatedPairsCountOnce()
    {
        var pairs = RandomPairs(6, 10).Select(pair => pair with { Chosen = $"Sure {pair.Chosen}" });
        Catalog.FindConfounds(Catalog.LoadFromEnumerable(Enumerable.Repeat(pairs, 50).SelectMany(p => p))).Should().BeEmpty();
    }

    [Fact]
    public void OptionsMoveTheThresholdAndTheNumber()
    {
        // 0.7 + 0.3 / 2 = 0.85 with a 95 % interval from 0.81.
        var view = View(7, (pair, i) => i % 10 >= 7 ? pair : pair with { Chosen = $"Sure {pair.Chosen}", Rejected = $"No {pair.Rejected}" });
        Catalog.FindConfounds(view, new() { MinimumAccuracy = 0.8 }).Should().NotBeEmpty();
        Catalog.FindConfounds(view, new() { MinimumAccuracy = 0.84 }).Should().BeEmpty();
        Catalog.FindConfounds(view, new() { MaxFeatures = 1 }).Should().ContainSingle();
        FluentActions.Invoking(() => new ConfoundOptions { MinimumAccuracy = 0.4 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ConversationsAreJudgedByWhatIsSaid()
    {
        using var files = new TestFiles();
        var lines = RandomPairs(8, 60).Select(pair => System.Text.Json.JsonSerializer.Serialize(new
        {
            prompt = new[] { new { role = "user", content = pair.Prompt } },
            chosen = new[] { new { role = "assistant", content = $"Sure {pair.Chosen}" } },
            rejected = new[] { new { role = "assistant", content = pair.Rejected } },
        }));
        Catalog.FindConfounds(Catalog.LoadJsonLines(files.Write(string.Join('\n', lines))))
            .Should().Contain(c => c.Feature == "chosen starts with \"Sure\"");
    }

    [Fact]
    public void MemoryDoesNotGrowWithTheVocabulary()
    {
        var tally = new FeatureTally();
        for (var i = 0; i < 4000; i++)
            tally.Add($"good n{i} m{i} k{i}", $"bad x{i} y{i} z{i}");
        tally.Counts.Count.Should().BeLessThan(3000, "24,000 words were seen once");
        tally.Counts[new(FeatureKind.Word, "good")].Chosen.Should().Be(4000);
    }

    [Fact]
    public void AFeatureThatComesLateIsShortByHalfAPercentAtMost()
    {
        var tally = new FeatureTally();
        for (var i = 0; i < 4000; i++)
            tally.Add(i >= 2000 ? "late a" : "a", "b");
        tally.Counts[new(FeatureKind.Word, "late")].Chosen.Should().BeInRange(2000 - 20, 2000);
    }

    private static IReadOnlyList<Confound> Find(int seed, Func<Pair, int, Pair> plant, int count = Pairs) =>
        Catalog.FindConfounds(View(seed, plant, count));

    private static IDataView View(int seed, Func<Pair, int, Pair> plant, int count = Pairs) =>
        Catalog.LoadFromEnumerable(RandomPairs(seed, count).Select(plant).ToArray());

    private static Pair[] RandomPairs(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Pair($"p{i}", Sentence(), Sentence()))];

        string Sentence() => string.Join(' ', random.GetItems(Words, random.Next(5, 40))) + ".?"[random.Next(2)];
    }

    private sealed record Pair(string Prompt, string Chosen, string Rejected);
}
