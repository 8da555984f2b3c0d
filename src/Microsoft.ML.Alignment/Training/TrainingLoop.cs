using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Training;

/// <summary>The library's one training loop: forward, backward, clip, step, report.</summary>
/// <param name="policy">The model that trains, in place.</param>
/// <param name="training">How it trains.</param>
/// <param name="context">Whom to tell, when to stop, and where the stage is kept.</param>
internal sealed class TrainingLoop(LanguageModel policy, ResolvedTraining training, TrainingContext context)
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
        policy.Dropout.Restart(training.Seed);
        using var optimizer = CreateOptimizer();
        using var stage = new StageRun((policy, training, optimizer), context, evaluator, totalSteps);
        try
        {
            using var steps = StepsFrom(source, stage.State.Step).GetEnumerator();
            while (stage.GoesOn() && steps.MoveNext())
                Step(steps.Current, objective, optimizer, stage);
            stage.Finish();
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken == context.Run.CancellationToken)
        {
            throw stage.Cancel();
        }
        finally
        {
            optimizer.ZeroGrad();
        }
    }

    private FusedAdamW CreateOptimizer() => new(
        policy.TrainableParameters, new(training.AdamBeta1, training.AdamBeta2, training.AdamEpsilon, training.WeightDecay));

    private static IEnumerable<IReadOnlyList<TBatch>> StepsFrom<TBatch>(IBatchSource<TBatch> source, int step)
    {
        var skipped = step % source.StepsPerEpoch;
        for (var epoch = step / source.StepsPerEpoch; ; epoch++, skipped = 0)
            foreach (var batches in source.Steps(epoch).Skip(skipped))
                yield return batches;
    }

    private void Step<TBatch>(IReadOnlyList<TBatch> batches, IObjective<TBatch> objective, FusedAdamW optimizer, StageRun stage)
        where TBatch : ITrainingBatch
    {
        var learningRate = Schedule.Rate(stage.State.Step, stage.TotalSteps, training);
        var summary = Update(batches, objective, optimizer, learningRate, stage);
        stage.Took(learningRate, batches.Sum(batch => batch.TokenCount), summary);
    }

    private StepSummary Update<TBatch>(
        IReadOnlyList<TBatch> batches, IObjective<TBatch> objective, FusedAdamW optimizer, double learningRate, StageRun stage)
    {
        using var scope = NewDisposeScope();
        optimizer.ZeroGrad();
        objective.Begin(batches);
        var counts = batches.Select(objective.Count).Aggregate((a, b) => a + b);
        var results = batches.Select(batch => Backward(batch, objective, counts)).ToArray();
        var gradientNorm = optimizer.ClipGradients(training.MaxGradientNorm);
        var summary = StepSummary.Read(results, gradientNorm);
        RequireFinite(stage, "loss", summary.Loss);
        RequireFinite(stage, "gradient norm", summary.GradientNorm);
        optimizer.Step(learningRate);
        foreach (var hook in context.Hooks)
            hook.Stepped(stage.State.Step + 1);
        return summary;
    }

    private static StepResult Backward<TBatch>(TBatch batch, IObjective<TBatch> objective, TermCounts counts)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        using var pass = BackwardPass.Begin();
        var result = objective.Evaluate(batch, counts);
        pass.Run(result.Loss);
        return result.MoveToOuterDisposeScope();
    }

    private static void RequireFinite(StageRun stage, string quantity, double value)
    {
        if (!double.IsFinite(value))
            throw stage.Diverge(quantity, value);
    }
}
