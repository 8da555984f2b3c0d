using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Tests.Data;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class MismatchedCompletionsTests
{
    private static readonly MismatchedCompletions Mismatched = new(maxLength: 12, beginTokenId: 1);

    [Fact]
    public void EachRowTakesTheCompletionOfTheRowBeforeItAndTheFirstThatOfTheLast()
    {
        TokenizedExample[] step = [Row(5, 50), Row(6, 60), Row(7, 70)];

        var mismatched = Mismatched.Of(step, NoNeighbour);

        mismatched.Select(e => (e.Prompt[^1], e.Completions.Single()[0])).Should().Equal((5, 70), (6, 50), (7, 60));
    }

    [Fact]
    public void ARowOfTheSamePromptIsPassedOver()
    {
        TokenizedExample[] step = [Row(5, 50), Row(5, 51), Row(6, 60), Row(6, 61)];

        var mismatched = Mismatched.Of(step, NoNeighbour);

        mismatched.Select(e => e.Completions[0][0]).Should().Equal(61, 61, 51, 51);
    }

    [Fact]
    public void WhereAllPromptsAreTheSameTheRowBeforeServes()
    {
        TokenizedExample[] step = [Row(5, 50), Row(5, 51), Row(5, 52)];

        Mismatched.Of(step, NoNeighbour).Select(e => e.Completions[0][0]).Should().Equal(52, 50, 51);
    }

    [Fact]
    public void TheReferencesScoresOfARowGoWithItsCompletion() =>
        Mismatched.Of([Row(5, 50) with { ReferenceScores = [-1] }, Row(6, 60) with { ReferenceScores = [-2] }], NoNeighbour)
            .Should().OnlyContain(example => example.ReferenceScores == null);

    [Fact]
    public void ARowAloneTakesItsNeighboursCompletion() =>
        Mismatched.Of([Row(5, 50)], () => Row(6, 60)).Should().ContainSingle().Which.Completions[0][0].Should().Be(60);

    [Fact]
    public void APromptTooLongForItsNewCompletionIsCutFromTheLeftBehindItsBeginToken()
    {
        TokenizedExample[] step = [new([1, 2, 3, 4, 5, 6], [[50]], []), new([1, 9], [[60, 61, 62, 63, 64, 65, 66, 67, 68]], [])];

        var first = Mismatched.Of(step, NoNeighbour)[0];

        first.Prompt.Should().Equal(1, 5, 6);
        (first.Prompt.Length + first.Completions[0].Length).Should().Be(12);
    }

    [Fact]
    public void TheSourceServesThemBesideTheRowsOfEachMicroBatch()
    {
        TokenizedExample[] rows = [Row(5, 50), Row(6, 60, 61, 62), Row(7, 70, 71), Row(8, 80)];
        var source = new KtoSource(new ListStore(rows), new(3, 2, 0, Shuffle: false), Mismatched, null);

        var steps = source.Epoch(0).Select(step => step.Select(batch => (First(batch), First(batch.Mismatched))).ToArray()).ToArray();

        // The first step is rows 0 to 2, longest first; the second is row 3 alone, whose neighbour is row 2.
        steps[0].SelectMany(s => s.Item1.Zip(s.Item2)).Should().Equal((60, 50), (70, 60), (50, 70));
        steps[1].SelectMany(s => s.Item1.Zip(s.Item2)).Should().Equal((80, 70));
    }

    [Fact]
    public void AStepOfOneMicroBatchHasBothCompletionsOfAPromptInOnePass()
    {
        TokenizedExample[] rows = [Row(5, 50), Row(6, 60, 61, 62), Row(7, 70, 71)];

        var batch = Step(rows, new(3, 3, 0, Shuffle: false), Mismatched).Single();

        First(batch.Together!).Should().Equal(60, 70, 50, 50, 60, 70);
        batch.Together!.Rows.Count.Should().Be(3 * 2 + (2 + 1 + 0) + (0 + 2 + 1), "a prompt is there once, and no last token");
    }

    [Theory]
    [InlineData(2, 12, true)] // several micro-batches share one divergence
    [InlineData(3, 11, true)] // a row more than a pass may have
    [InlineData(3, 12, false)] // the pass drops inputs
    public void ElseOtherCompletionsHaveAPassOfTheirOwn(int microBatchSize, int mostRows, bool sharesPasses)
    {
        TokenizedExample[] rows = [Row(5, 50), Row(6, 60, 61, 62), Row(7, 70, 71)];
        var mismatched = new MismatchedCompletions(maxLength: 12, beginTokenId: 1) { SharesPasses = sharesPasses };

        var step = Step(rows, new(3, microBatchSize, 0, Shuffle: false) { MicroBatchTokens = mostRows }, mismatched);

        step.Should().OnlyContain(batch => batch.Together == null);
    }

    [Fact]
    public void APromptThatWasCutIsNotSeenTogetherWithTheWholeOne()
    {
        TokenizedExample[] rows = [new([1, 2, 3, 4], [[5]], [1]), new([6, 7], [[8, 9, 10, 11]], [0])];

        var batch = Step(rows, new(2, 2, 0, Shuffle: false), new(6, null)).Single();

        batch.Together.Should().BeNull();
    }

    [Fact]
    public void OneRowOfDataHasNoOther()
    {
        var source = new KtoSource(new ListStore([Row(5, 50)]), new(8, 8, 0, Shuffle: true), Mismatched, null);

        source.Invoking(s => s.Epoch(0).Count()).Should().Throw<InvalidDataException>().WithMessage("*one row*two are needed*");
    }

    private static IReadOnlyList<KtoBatch> Step(TokenizedExample[] rows, BatchPlan plan, MismatchedCompletions others) =>
        new KtoSource(new ListStore(rows), plan, others, null).Epoch(0).Single();

    private static TokenizedExample Row(int prompt, params int[] completion) => new([2, prompt], [completion], [1]);

    private static TokenizedExample NoNeighbour() => throw new InvalidOperationException("A step of several rows needs no neighbour.");

    /// <summary>The first token of each completion.</summary>
    private static long[] First(TokenBatch batch) =>
        [.. batch.Targets.Labels.Zip(batch.Targets.Sequences).GroupBy(t => t.Second).Select(t => t.First().First)];
}
