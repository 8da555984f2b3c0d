using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class FeedbackConversionTests
{
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    [Fact]
    public void APairBecomesADesirableAndAnUndesirableRow()
    {
        var feedback = Catalog.FeedbackFromPairs(View(new Pair("p", "good", "bad"), new Pair("q", "yes", "no")));

        feedback.Schema.Select(column => (column.Name, column.Type.RawType)).Should().Equal(
            ("Prompt", typeof(ReadOnlyMemory<char>)), ("Completion", typeof(ReadOnlyMemory<char>)), ("Label", typeof(bool)));
        feedback.Texts("Prompt").Should().Equal("p", "p", "q", "q");
        feedback.Texts("Completion").Should().Equal("good", "bad", "yes", "no");
        feedback.GetColumn<bool>("Label").Should().Equal(true, false, true, false);
        feedback.GetRowCount().Should().Be(4);
    }

    [Fact]
    public void ACompletionOfSeveralPairsBecomesOneRowOnRequest()
    {
        var pairs = View(
            new Pair("go", "went", "goed"), new Pair("go", "went", "wented"), new Pair("wend", "went", "goed"), new Pair("go", "goed", "wented"));

        var feedback = Catalog.FeedbackFromPairs(pairs, distinct: true);

        feedback.Texts("Prompt").Zip(feedback.Texts("Completion"), feedback.GetColumn<bool>("Label")).Should().Equal(
            ("go", "went", true), ("go", "goed", false), ("go", "wented", false), ("wend", "went", true), ("wend", "goed", false),
            ("go", "goed", true));
        feedback.Texts("Completion").Should().HaveCount(6, "a second pass begins anew");
        feedback.GetRowCount().Should().BeNull("equal rows are found by reading");
    }

    [Theory]
    [InlineData(3, true, false, true)]
    [InlineData(3.5, true, false, false)]
    [InlineData(1, true, true, true)]
    public void ARatingOfTheThresholdOrMoreIsDesirable(double threshold, params bool[] expected)
    {
        var feedback = Catalog.FeedbackFromRatings(View(new Rated("p", "a", 5), new Rated("p", "b", 2), new Rated("q", "c", 3)), threshold);

        feedback.GetColumn<bool>("Label").Should().Equal(expected);
        feedback.Texts("Completion").Should().Equal("a", "b", "c");
    }

    [Fact]
    public void AMissingRatingIsNamedWhenItIsRead()
    {
        var feedback = Catalog.FeedbackFromRatings(View(new Rated("p", "a", 5), new Rated("p", "b", float.NaN)), 3);

        feedback.Invoking(view => view.GetColumn<bool>("Label").Count()).Should().Throw<InvalidDataException>()
            .WithMessage("Row 2, column 'Rating'*NaN*");
    }

    [Fact]
    public void TheBestCompletionOfAPromptMeetsTheWorst()
    {
        var pairs = Catalog.PairsFromScores(View(Scores()));

        Rows(pairs).Should().Equal(("p", "best", "worst", 5), ("q", "high", "low", 1));
    }

    [Fact]
    public void AllCompletionsOfAPromptMeetButThoseOfEqualScore()
    {
        var pairs = Catalog.PairsFromScores(View(Scores()), new() { Pairing = CompletionPairing.All });

        Rows(pairs).Should().BeEquivalentTo([
            ("p", "best", "middle", 2f), ("p", "best", "worst", 5), ("p", "best", "again", 2), ("p", "middle", "worst", 3),
            ("p", "again", "worst", 3), ("q", "high", "low", 1)]);
    }

    [Fact]
    public void PairsCloserThanTheMinimumMarginAreLeftOut()
    {
        var pairs = Catalog.PairsFromScores(View(Scores()), new() { Pairing = CompletionPairing.All, MinimumMargin = 3 });

        Rows(pairs).Should().BeEquivalentTo([("p", "best", "worst", 5f), ("p", "middle", "worst", 3), ("p", "again", "worst", 3)]);
    }

    [Fact]
    public void CompletionsOfEqualTextMakeNoPair() =>
        Rows(Catalog.PairsFromScores(View(new Scored("p", "same", 1), new Scored("p", "same", 2), new Scored("p", "other", 0)),
            new() { Pairing = CompletionPairing.All })).Should().Equal(("p", "same", "other", 1), ("p", "same", "other", 2));

    [Fact]
    public void PromptsWithOneCompletionMakeNoPair() =>
        Rows(Catalog.PairsFromScores(View(new Scored("p", "a", 1), new Scored("q", "b", 2)))).Should().BeEmpty();

    [Fact]
    public void AMissingScoreIsNamedWhenRowsAreRead() =>
        Catalog.PairsFromScores(View(new Scored("p", "a", float.NaN))).Invoking(view => Rows(view)).Should().Throw<InvalidDataException>()
            .WithMessage("Row 1, column 'Score'*NaN*");

    [Fact]
    public void RandomScoresGiveThePairsOfAPlainDoubleLoop()
    {
        var random = new Random(6);
        var scored = Enumerable.Range(0, 60).Select(i => new Scored($"p{random.Next(7)}", $"c{i}", random.Next(9))).ToArray();
        var expected =
            from a in scored
            from b in scored
            where a.Prompt == b.Prompt && a.Score - b.Score >= 2
            select (a.Prompt, a.Completion, b.Completion, a.Score - b.Score);

        var pairs = Catalog.PairsFromScores(View(scored), new() { Pairing = CompletionPairing.All, MinimumMargin = 2 });

        Rows(pairs).Should().BeEquivalentTo(expected);
    }

    [Theory]
    [InlineData(CompletionPairing.All, "a>b a>c b>c d>e")]
    [InlineData(CompletionPairing.BestAgainstWorst, "a>c d>e")]
    public void ARankingBecomesPairsOfABetterAndAWorse(CompletionPairing pairing, string expected)
    {
        var rankings = new MLContext().Data.LoadFromEnumerable([
            new Ranked { Prompt = "p", Completions = ["a", "b", "c"] }, new Ranked { Prompt = "q", Completions = ["only"] },
            new Ranked { Prompt = "r", Completions = ["d", "e"] }, new Ranked { Prompt = "s", Completions = ["same", "same"] }]);

        var pairs = Catalog.PairsFromRankings(rankings, pairing);

        var found = pairs.Texts("Chosen").Zip(pairs.Texts("Rejected"), (chosen, rejected) => $"{chosen}>{rejected}");
        string.Join(' ', found).Should().Be(expected);
        pairs.Schema.Select(column => column.Name).Should().Equal("Prompt", "Chosen", "Rejected");
        pairs.Texts("Prompt").Last().Should().Be("r");
    }

    [Fact]
    public void ConversationsStayConversations()
    {
        using var files = new TestFiles();
        var path = files.Write(
            """{"prompt": [{"role": "user", "content": "Hi"}], "chosen": [{"role": "assistant", "content": "Hello"}], "rejected": "Go"}""");
        var pairs = Catalog.LoadJsonLines(path);

        var feedback = Catalog.FeedbackFromPairs(pairs);

        TextFormat.IsMessages(feedback.Schema["Prompt"]).Should().BeTrue();
        TextFormat.IsMessages(feedback.Schema["Completion"]).Should().BeTrue();
        TextFormat.IsMessages(Catalog.FeedbackFromPairs(View(new Pair("p", "a", "b"))).Schema["Prompt"]).Should().BeFalse();
        feedback.Texts("Completion")[1].Should().Contain("Go");
    }

    [Fact]
    public void SidesOfDifferentFormatAreRefused()
    {
        using var files = new TestFiles();
        var path = files.Write(
            """{"prompt": [{"role": "user", "content": "Hi"}], "chosen": [{"role": "assistant", "content": "Hello"}], "note": "text"}""");
        var mixed = Catalog.LoadJsonLines(path);

        Catalog.Invoking(c => c.FeedbackFromPairs(mixed, rejectedColumnName: "Note"))
            .Should().Throw<ArgumentException>().WithMessage("*'Chosen', 'Note'*make them alike*");
    }

    [Fact]
    public void AMissingColumnIsNamedBeforeAnythingIsRead()
    {
        var scored = View(new Scored("p", "a", 1));
        Refuses(c => c.FeedbackFromPairs(scored), "*'Chosen' is missing*");
        Refuses(c => c.FeedbackFromRatings(scored, 1), "*'Rating' is missing*");
        Refuses(c => c.PairsFromScores(scored, new() { ScoreColumnName = "Prompt" }), "*'Prompt'*expected*");
        Refuses(c => c.PairsFromRankings(scored, completionsColumnName: "Completion"), "*'Completion' is String*vector of text*");
        Refuses(c => c.FeedbackFromRatings(scored, double.NaN, "Score"), "*NaN*");
        static void Refuses(Func<AlignmentDataCatalog, IDataView> convert, string message) =>
            Catalog.Invoking(convert).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Fact]
    public void ConversionsReadNothingUntilTheyAreReadAndThenAnewEachTime()
    {
        var reads = 0;
        var feedback = Catalog.FeedbackFromPairs(new MLContext().Data.LoadFromEnumerable(Counted()));

        reads.Should().Be(0);
        feedback.Texts("Completion").Should().Equal(feedback.Texts("Completion"));
        reads.Should().Be(2);
        IEnumerable<Pair> Counted()
        {
            reads++;
            yield return new("p", "a", "b");
        }
    }

    /// <summary>Rows of two prompts in no order.</summary>
    private static Scored[] Scores() => [
        new("p", "middle", 4), new("q", "low", 1), new("p", "worst", 1), new("p", "best", 6), new("q", "high", 2), new("p", "again", 4)];

    private static IDataView View<T>(params T[] rows)
        where T : class => new MLContext().Data.LoadFromEnumerable(rows);

    private static (string Prompt, string Chosen, string Rejected, float Margin)[] Rows(IDataView pairs)
    {
        var (prompts, chosen, rejected) = (pairs.Texts("Prompt"), pairs.Texts("Chosen"), pairs.Texts("Rejected"));
        return [.. pairs.GetColumn<float>("Margin").Select((margin, i) => (prompts[i], chosen[i], rejected[i], margin))];
    }

    private sealed record Pair(string Prompt, string Chosen, string Rejected);

    private sealed record Rated(string Prompt, string Completion, float Rating);

    private sealed record Scored(string Prompt, string Completion, float Score);

    private sealed class Ranked
    {
        public string Prompt { get; set; } = "";

        public string[] Completions { get; set; } = [];
    }
}
