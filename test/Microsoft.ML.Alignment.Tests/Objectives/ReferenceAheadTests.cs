using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class ReferenceAheadTests : IDisposable
{
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = FeedbackSteps.Examples(7);

    public void Dispose() => _reference.Dispose();

    [Fact]
    public void ScoresAreThoseOfTheModelForCompletionsOfItsOwnAndOfOthers()
    {
        var scores = new Counting(_reference);

        var batches = new ReferenceAhead(FeedbackSteps.Source(_examples, batchSize: 3, microBatchSize: 2), scores).Steps(0)
            .SelectMany(step => step).SelectMany(batch => new[] { batch, batch.Mismatched! }).ToArray();

        batches.Length.Should().Be(2 * (2 + 2 + 1));
        foreach (var batch in batches)
            for (var b = 0; b < batch.ExampleCount; b++)
            {
                var expected = PlainModel.LogProb(_reference, batch.Examples[b].Prompt, batch.Examples[b].Completions[0]);
                batch.ReferenceScores!.Value[b].Should().ContainSingle().Which.Should().BeApproximately((float)expected, 1e-4f);
            }
    }

    [Fact]
    public void OnePassSeesEachPromptOfSeveralStepsOnceForBothCompletions()
    {
        var scores = new Counting(_reference);

        var steps = new ReferenceAhead(FeedbackSteps.Source(_examples, 3, 2), scores).Steps(0).ToArray();
        scores.Passes.Should().BeEmpty("nobody has trained on a step yet");
        _ = steps[1][0].ReferenceScores!.Value;
        _ = steps[2][0].Mismatched!.ReferenceScores!.Value;

        scores.Passes.Should().Equal(new[] { (Examples: 7, Completions: 2) });
    }

    [Fact]
    public void AStepOfManyTokensIsLookedAtAlone()
    {
        TokenizedExample[] wide = [.. Enumerable.Range(0, 4).Select(i => new TokenizedExample([.. Enumerable.Repeat(i, 2100)], [[7, i]], [1]))];
        var scores = new Fake();
        var source = new DatasetSource(
            new ListStore(wide), new(2, 2, 0, Shuffle: false) { EndRows = false, Mismatched = new(4000, null) });

        foreach (var step in new ReferenceAhead(source, scores).Steps(0))
            _ = step[0].ReferenceScores!.Value;

        scores.Examples.Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void APromptThatWasCutForALongerCompletionIsSeenForItself()
    {
        TokenizedExample[] uneven = [new([1, 2, 3, 4], [[5]], [1]), new([6, 7], [[8, 9, 10, 11]], [0])];
        var source = new DatasetSource(new ListStore(uneven), new(2, 2, 0, Shuffle: false) { EndRows = false, Mismatched = new(6, null) });
        var scores = new Counting(_reference);

        var batch = new ReferenceAhead(source, scores).Steps(0).Single().Single();

        // The longer row stands first.
        batch.Mismatched!.Examples[1].Prompt.Should().Equal(3, 4);
        Near.Relative(batch.Mismatched.ReferenceScores!.Value[1][0], PlainModel.LogProb(_reference, [3, 4], [8, 9, 10, 11]), 1e-4);
        Near.Relative(batch.ReferenceScores!.Value[1][0], PlainModel.LogProb(_reference, [1, 2, 3, 4], [5]), 1e-4);
        scores.Passes.Should().BeEquivalentTo(new[] { (Examples: 2, Completions: 1), (Examples: 1, Completions: 2) });
    }

    [Fact]
    public void ScoresThatARowBroughtAlongStay()
    {
        TokenizedExample[] scored = [.. _examples.Select((example, i) => example with { ReferenceScores = [-i] })];

        var batch = new ReferenceAhead(FeedbackSteps.Source(scored, 7, 7), new Counting(_reference)).Steps(0).Single().Single();

        batch.ReferenceScores!.Value.Select(ofExample => ofExample[0]).Should().BeEquivalentTo(Enumerable.Range(0, 7).Select(i => -i));
        batch.Mismatched!.ReferenceScores!.Value.Should().HaveCount(7);
    }

    private sealed class Counting(LanguageModel model) : IReferenceScores
    {
        public List<(int Examples, int Completions)> Passes { get; } = [];

        public string ScoreKind => "";

        public Tensor ReferenceScores(TokenBatch batch)
        {
            Passes.Add((batch.ExampleCount, batch.Examples[0].Completions.Length));
            return new UnpairedObjective(
                new(model, model, Precision.Float32), (_, _) => throw new NotSupportedException(), new ZeroPoint(CPU)).ReferenceScores(batch);
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
