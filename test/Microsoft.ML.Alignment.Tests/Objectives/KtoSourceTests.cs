using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Tests.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class KtoSourceTests : IDisposable
{
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = FeedbackSteps.Examples(7);

    public void Dispose() => _reference.Dispose();

    [Fact]
    public void ScoresAreThoseOfTheModelForCompletionsOfItsOwnAndOfOthers()
    {
        var scores = new Counting(_reference);

        var batches = FeedbackSteps.Source(_examples, batchSize: 3, microBatchSize: 2, scores).Epoch(0)
            .SelectMany(step => step).SelectMany(batch => new TokenBatch[] { batch, batch.Mismatched }).ToArray();

        batches.Length.Should().Be(2 * (2 + 2 + 1));
        foreach (var batch in batches)
            for (var b = 0; b < batch.ExampleCount; b++)
            {
                var expected = PlainModel.LogProb(_reference, batch.Examples[b].Prompt, batch.Examples[b].Completions[0]);
                batch.Examples[b].ReferenceScores.Should().ContainSingle().Which.Should().BeApproximately((float)expected, 1e-4f);
            }
    }

    [Fact]
    public void OnePassSeesEachPromptOfSeveralStepsOnceForBothCompletions()
    {
        var scores = new Counting(_reference);

        using var steps = FeedbackSteps.Source(_examples, 3, 2, scores).Steps(0).GetEnumerator();
        scores.Passes.Should().BeEmpty("nobody has asked for a step yet");
        for (var step = 0; step < 3; step++)
            steps.MoveNext();

        scores.Passes.Should().Equal(new[] { (Examples: 7, Completions: 2) });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void AResumedRunSeesTheSameScoresAndScoresNoWindowThatItSkips(int from)
    {
        var (whole, resumed) = (new Counting(_reference), new Counting(_reference));

        var expected = FeedbackSteps.Source(_examples, 3, 2, whole).Steps(0).Take(7).Skip(from).Select(Scores).ToArray();
        var actual = FeedbackSteps.Source(_examples, 3, 2, resumed).Steps(from).Take(7 - from).Select(Scores).ToArray();

        actual.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        resumed.Passes.Should().HaveCount(whole.Passes.Count - (from / 3));
        float[] Scores(IReadOnlyList<KtoBatch> step) =>
            [.. step.SelectMany(batch => batch.Examples.Concat(batch.Mismatched.Examples)).Select(example => example.ReferenceScores![0])];
    }

    [Fact]
    public void AStepOfManyTokensIsLookedAtAlone()
    {
        TokenizedExample[] wide = [.. Enumerable.Range(0, 4).Select(i => new TokenizedExample([.. Enumerable.Repeat(i, 2100)], [[7, i]], [1]))];
        var scores = new Fake();
        var source = new KtoSource(new ListStore(wide), new(2, 2, 0, Shuffle: false), new(4000, null), scores);

        source.Epoch(0).Should().HaveCount(2);

        scores.Examples.Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void APromptThatWasCutForALongerCompletionIsSeenForItself()
    {
        TokenizedExample[] uneven = [new([1, 2, 3, 4], [[5]], [1]), new([6, 7], [[8, 9, 10, 11]], [0])];
        var scores = new Counting(_reference);
        var source = new KtoSource(new ListStore(uneven), new(2, 2, 0, Shuffle: false), new(6, null), scores);

        var batch = source.Epoch(0).Single().Single();

        // The longer row stands first.
        batch.Mismatched.Examples[1].Prompt.Should().Equal(3, 4);
        Near.Relative(batch.Mismatched.Examples[1].ReferenceScores![0], PlainModel.LogProb(_reference, [3, 4], [8, 9, 10, 11]), 1e-4);
        Near.Relative(batch.Examples[1].ReferenceScores![0], PlainModel.LogProb(_reference, [1, 2, 3, 4], [5]), 1e-4);
        scores.Passes.Should().BeEquivalentTo(new[] { (Examples: 2, Completions: 1), (Examples: 1, Completions: 2) });
    }

    [Fact]
    public void ScoresThatARowBroughtAlongStay()
    {
        TokenizedExample[] scored = [.. _examples.Select((example, i) => example with { ReferenceScores = [-i] })];

        var batch = FeedbackSteps.Source(scored, 7, 7, new Counting(_reference)).Epoch(0).Single().Single();

        batch.Examples.Select(example => example.ReferenceScores![0]).Should().BeEquivalentTo(Enumerable.Range(0, 7).Select(i => -i));
        batch.Mismatched.Examples.Should().OnlyContain(example => example.ReferenceScores![0] < 0 && example.ReferenceScores[0] % 1 != 0, "they are of other completions");
    }

    private sealed class Counting(LanguageModel model) : IReferenceScores
    {
        public List<(int Examples, int Completions)> Passes { get; } = [];

        public string ScoreKind => "";

        public Tensor ReferenceScores(TokenBatch batch)
        {
            Passes.Add((batch.ExampleCount, batch.Examples[0].Completions.Length));
            return new UnpairedObjective<KtoBatch>(
                new(model, model, Precision.Float32), (_, _) => throw new NotSupportedException(), new ZeroPoint()).ReferenceScores(batch);
        }
    }

    private sealed class Fake : IReferenceScores
    {
        public List<int> Examples { get; } = [];

        public string ScoreKind => "";

        public Tensor ReferenceScores(TokenBatch batch)
        {
            Examples.Add(batch.ExampleCount);
            return zeros(batch.Examples[0].Completions.Length, batch.ExampleCount);
        }
    }
}
