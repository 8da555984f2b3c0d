namespace Microsoft.ML.Alignment.Training;

/// <summary>The learning rate as a function of the step.</summary>
internal static class Schedule
{
    /// <summary>Keeps a share such as 0.07 of 100 steps, 7.000000000000001 in floating point, from becoming a step more.</summary>
    private const double Slack = 1e-9;

    /// <summary>
    /// Computes the rate of a step: it rises in a line from 0 during the warmup, then falls as the schedule says, towards 0 one step
    /// behind the last.
    /// </summary>
    /// <param name="step">From 0.</param>
    /// <param name="totalSteps">Steps of the run.</param>
    /// <param name="training">Peak rate, warmup and schedule.</param>
    public static double Rate(int step, int totalSteps, ResolvedTraining training)
    {
        var warmup = (int)Math.Ceiling((training.WarmupRatio * totalSteps) - Slack);
        if (step < warmup)
            return training.LearningRate * step / warmup;
        var progress = (double)(step - warmup) / Math.Max(1, totalSteps - warmup);
        return training.LearningRate * training.Schedule switch
        {
            LearningRateSchedule.Linear => 1 - progress,
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => 1,
        };
    }
}
