using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.References;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>A whole run of KTO follows the recorded one, and so does each choice of another row's completion.</summary>
public sealed class FeedbackTrajectoryTests : IDisposable
{
    private const string Run = "golden/trajectories/kto-full";

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly RecordedRun _run = new("kto-full");

    public void Dispose() => _scope.Dispose();

    [SharedTheory(StoriesModel.Folder, Run)]
    [InlineData(4)]
    [InlineData(1)]
    public void KtoOfAllWeights(int microBatchSize)
    {
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();
        var models = new ReferencedPolicy(policy, model, Precision.Float32);
        var (beta, weights) = (_run.Number("beta"), new FeedbackWeights(_run.Number("desirable_weight"), _run.Number("undesirable_weight")));
        var objective = new UnpairedObjective<KtoBatch>(
            models, (logRatios, divergence) => KtoLoss.Compute(logRatios, divergence, beta, weights), new MismatchedDivergence());

        TrajectoryTests.Replay(_run, policy, (FeedbackSteps.Source(_run.Examples, _run.Training.BatchSize, microBatchSize), objective));
    }

    [Fact]
    public void MismatchedCompletionsAreTheRecordedOnes()
    {
        var completions = new MismatchedCompletions(128, null);
        TokenizedExample NoNeighbour() => throw new InvalidOperationException("No step is one row.");
        var mismatched = _run.Examples.Chunk(_run.Training.BatchSize).SelectMany(step => completions.Of(step, NoNeighbour));

        foreach (var (actual, row) in mismatched.Zip(_run.Rows))
        {
            actual.Prompt.Should().Equal(RecordedRun.Ids(row, "prompt_ids"));
            actual.Completions.Single().Should().Equal(RecordedRun.Ids(row, "KL_completion_ids"));
        }
    }
}
