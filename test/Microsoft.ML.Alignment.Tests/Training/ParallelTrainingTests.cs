using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Checkpoints;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Trainings side by side do not notice each other.</summary>
public sealed class ParallelTrainingTests
{
    private const int Trainings = 4;

    [Fact]
    public async Task TrainingsWithDropoutEqualThoseAloneBitByBit()
    {
        var alone = Enumerable.Range(0, Trainings).Select(seed => Run(seed).Train()).ToArray();

        var together = await SideBySide(seed => Run(seed).Train());

        together.Should().BeEquivalentTo(alone, options => options.WithStrictOrdering());
        alone[0].Should().NotEqual(alone[1]);
    }

    [Fact]
    public async Task AFailedBackwardPassIsToldToItsOwnTraining()
    {
        var expected = Run(0).Train();

        var told = await SideBySide(index =>
        {
            using var model = TestModels.Tiny();
            using var policy = CheckpointedRun.Adapted(model);
            try
            {
                var objective = new NextTokenObjective(policy, Precision.Float32);
                Run(0).Train(policy, index % 2 == 0 ? objective : new FailingObjective(objective, $"failure {index}", failsAt: index));
                CheckpointedRun.Weights(policy).Should().Equal(expected);
                return "none";
            }
            catch (InvalidOperationException e)
            {
                return e.Message;
            }
        });

        told.Should().Equal(Enumerable.Range(0, Trainings).Select(index => index % 2 == 0 ? "none" : $"failure {index}"));
    }

    private static CheckpointedRun Run(int seed) => new(null) { Options = new() { LearningRate = 0.01, BatchSize = 4, MicroBatchSize = 2, MaxSteps = 10, Seed = seed } };

    private static async Task<T[]> SideBySide<T>(Func<int, T> train)
    {
        using var gate = new Barrier(Trainings);
        return await Task.WhenAll(Enumerable.Range(0, Trainings).Select(index => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return train(index);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    private sealed class FailingObjective(NextTokenObjective inner, string message, int failsAt) : IObjective<TokenBatch>
    {
        private int _evaluated;

        public TermCounts Count(TokenBatch batch) => inner.Count(batch);

        public IStep<TokenBatch> Begin(IReadOnlyList<TokenBatch> step, TermCounts counts, ICollective all)
        {
            var begun = inner.Begin(step, counts, all);
            return new StepOf<TokenBatch>(batch =>
            {
                var result = begun.Evaluate(batch);
                return ++_evaluated == failsAt ? result with { Loss = FailingKernel.Apply(result.Loss, message) } : result;
            });
        }
    }
}
