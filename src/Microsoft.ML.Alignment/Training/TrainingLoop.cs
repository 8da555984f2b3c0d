using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Training;

/// <summary>The library's one training loop: forward, backward, clip, step, report.</summary>
/// <param name="policy">The model that trains, in place.</param>
/// <param name="training">How it trains.</param>
/// <param name="context">Whom to tell, and when to stop.</param>
internal sealed class TrainingLoop(LanguageModel policy, ResolvedTraining training, TrainingContext context)
{
    /// <summary>Trains on what <paramref name="source"/> serves, to minimise <paramref name="objective"/>.</summary>
    /// <exception cref="ArgumentException">The source has no steps.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite; the weights are those of the last good step.</exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    public void Run<TBatch>(IBatchSource<TBatch> source, IObjective<TBatch> objective)
        where TBatch : ITrainingBatch
    {
        if (source.StepsPerEpoch < 1)
            throw new ArgumentException($"{context.Stage} has nothing to train on: its data give no step an epoch.", nameof(source));
        var totalSteps = training.TotalSteps(source.StepsPerEpoch);
        manual_seed(training.Seed);
        using var optimizer = CreateOptimizer();
        ITrainingObserver[] observers = [new RunLog(context), .. context.Observers];
        var end = new StageEnd(StageEndReason.Failed, 0);
        try
        {
            Array.ForEach(observers, observer => observer.Started(StartOf(totalSteps)));
            foreach (var progress in Run(source, objective, optimizer, totalSteps))
            {
                end = end with { Step = progress.Step, WeightsOfStep = progress.Step };
                Array.ForEach(observers, observer => observer.Stepped(progress));
            }

            end = end with { Reason = StageEndReason.Completed };
        }
        catch (OperationCanceledException)
        {
            end = end with { Reason = StageEndReason.Canceled };
            throw;
        }
        catch (TrainingDivergedException)
        {
            end = end with { Reason = StageEndReason.Diverged };
            throw;
        }
        finally
        {
            optimizer.ZeroGrad();
            Array.ForEach(observers, observer => observer.Ended(end));
        }
    }

    private StageStart StartOf(int totalSteps) => new(context.Stage, policy, training, totalSteps)
    {
        Index = context.StageIndex,
        Options = context.Options,
        Data = context.Data,
    };

    private IEnumerable<TrainingProgress> Run<TBatch>(IBatchSource<TBatch> source, IObjective<TBatch> objective, FusedAdamW optimizer, int totalSteps)
        where TBatch : ITrainingBatch
    {
        var meter = new StepMeter(context.Stage, firstStep: 0, totalSteps);
        var step = 0;
        foreach (var batches in Steps(source).Take(totalSteps))
        {
            if (context.Run.CancellationToken.IsCancellationRequested)
                throw new TrainingCanceledException(context.Stage, step, totalSteps, context.Run.CancellationToken);
            var learningRate = Schedule.Rate(step, totalSteps, training);
            var summary = Step(++step, batches, objective, optimizer, learningRate);
            FreeScalars();
            yield return meter.Measure(step, learningRate, batches.Sum(batch => batch.TokenCount), summary);
        }
    }

    private static IEnumerable<IReadOnlyList<TBatch>> Steps<TBatch>(IBatchSource<TBatch> source)
    {
        for (var epoch = 0; ; epoch++)
            foreach (var batches in source.Steps(epoch))
                yield return batches;
    }

    private FusedAdamW CreateOptimizer() => new(
        policy.TrainableParameters, new(training.AdamBeta1, training.AdamBeta2, training.AdamEpsilon, training.WeightDecay));

    private StepSummary Step<TBatch>(
        int step, IReadOnlyList<TBatch> batches, IObjective<TBatch> objective, FusedAdamW optimizer, double learningRate)
    {
        using var scope = NewDisposeScope();
        optimizer.ZeroGrad();
        var counts = batches.Select(objective.Count).Aggregate((a, b) => a + b);
        var results = batches.Select(batch => Backward(batch, objective, counts)).ToArray();
        var gradientNorm = optimizer.ClipGradients(training.MaxGradientNorm);
        var summary = StepSummary.Read(results, gradientNorm);
        RequireFinite(step, "loss", summary.Loss);
        RequireFinite(step, "gradient norm", summary.GradientNorm);
        optimizer.Step(learningRate);
        return summary;
    }

    private static StepResult Backward<TBatch>(TBatch batch, IObjective<TBatch> objective, TermCounts counts)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        var result = objective.Evaluate(batch, counts);
        result.Loss.backward();
        return new(
            result.Loss.detach().MoveToOuterDisposeScope(),
            [.. result.Metrics.Select(metric => metric with { Value = metric.Value.MoveToOuterDisposeScope() })]);
    }

    private void RequireFinite(int step, string quantity, double value)
    {
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(context.Stage, step, quantity, value);
    }

    /// <summary>
    /// Frees the native blocks of implicit scalars. No dispose scope owns them, and managed memory grows too slowly for the collector to come by
    /// itself: without this they pin holes between the big blocks, and memory grows step by step.
    /// </summary>
    private static void FreeScalars()
    {
        GC.Collect(0);
        GC.WaitForPendingFinalizers();
    }
}
