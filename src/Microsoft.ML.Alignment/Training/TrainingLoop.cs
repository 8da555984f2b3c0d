using System.Diagnostics;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Training;

/// <summary>The library's one training loop: forward, backward, clip, step, report.</summary>
/// <param name="trained">What trains, in place; the policy, or what takes its place, first.</param>
/// <param name="training">How it trains.</param>
/// <param name="context">Whom to tell, when to stop, and where the stage is kept.</param>
internal sealed class TrainingLoop(IReadOnlyList<ParameterGroup> trained, ResolvedTraining training, TrainingContext context)
{
    /// <summary>
    /// Trains on what <paramref name="source"/> serves, to minimise <paramref name="objective"/>, or loads what was trained before.
    /// </summary>
    /// <param name="source">The training data.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="validation">What is measured now and then; null if nothing is.</param>
    /// <exception cref="ArgumentException">The source has no steps.</exception>
    /// <exception cref="TrainingDivergedException">
    /// A loss or gradient is not finite; the weights are those of the last good step.
    /// </exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    /// <exception cref="WorkspaceException">The stage cannot go on from what the workspace has.</exception>
    public void Run<TBatch>(IBatchSource<TBatch> source, IObjective<TBatch> objective, IValidation? validation = null)
        where TBatch : ITrainingBatch
    {
        if (source.StepsPerEpoch < 1)
            throw new ArgumentException($"{context.Stage} has nothing to train on: its data give no step an epoch.", nameof(source));
        var totalSteps = training.TotalSteps(source.StepsPerEpoch);
        var evaluator = new Evaluator(training, context, validation, source.StepsPerEpoch, totalSteps);
        trained[0].Model.Dropout.Restart(training.Seed);
        TrainedGroup[] groups = [.. trained.Select(group => new TrainedGroup(group, training))];
        using var stage = new StageRun(groups, training, context, evaluator, totalSteps);
        try
        {
            using var steps = source.Steps(stage.State.Step).GetEnumerator();
            while (stage.GoesOn() && steps.MoveNext())
                Step(steps.Current, objective, groups, stage);
            stage.Finish();
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken == context.Run.CancellationToken)
        {
            throw stage.Cancel();
        }
        finally
        {
            foreach (var group in groups)
            {
                group.Optimizer.ZeroGrad();
                group.Dispose();
            }
        }
    }

    private void Step<TBatch>(IReadOnlyList<TBatch> batches, IObjective<TBatch> objective, TrainedGroup[] groups, StageRun stage)
        where TBatch : ITrainingBatch
    {
        var learningRate = Schedule.Rate(stage.State.Step, stage.TotalSteps, training);
        var began = Stopwatch.GetTimestamp();
        var summary = Update(batches, objective, groups, learningRate, stage);
        stage.Took(learningRate, batches.Sum(batch => batch.TokenCount), summary, Stopwatch.GetElapsedTime(began));
    }

    private StepSummary Update<TBatch>(
        IReadOnlyList<TBatch> batches, IObjective<TBatch> objective, TrainedGroup[] groups, double learningRate, StageRun stage)
    {
        using var scope = NewDisposeScope();
        foreach (var group in groups)
            group.Optimizer.ZeroGrad();
        var step = objective.Begin(batches, objective.CountAll(batches, Alone.Instance), Alone.Instance);
        StepResult[] results = [.. batches.Select(batch => Backward(batch, step))];
        var norms = groups.ToDictionary(group => group.Group.Name, group => group.ClipGradients());
        var summary = StepSummary.Read(results, norms[groups[0].Group.Name])
            .With(norms.Skip(1).Select(norm => KeyValuePair.Create($"{MetricNames.GradientNorm}/{norm.Key}", norm.Value)));
        RequireFinite(stage, "loss", summary.Loss);
        foreach (var (name, norm) in norms)
            RequireFinite(stage, name == groups[0].Group.Name ? "gradient norm" : $"gradient norm of the {name}", norm);
        foreach (var group in groups)
            group.Step(learningRate);
        foreach (var state in context.States)
        {
            state.Gave(summary);
            state.Stepped(stage.State.Step + 1);
        }

        return summary;
    }

    private static StepResult Backward<TBatch>(TBatch batch, IStep<TBatch> step)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        using var pass = BackwardPass.Begin();
        var result = step.Evaluate(batch);
        pass.Run(result.Loss);
        return result.MoveToOuterDisposeScope();
    }

    private static void RequireFinite(StageRun stage, string quantity, double value)
    {
        if (!double.IsFinite(value))
            throw stage.Diverge(quantity, value);
    }
}
