using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>An adapter begins with B = 0 and leaves zero at the first step with a gradient and a learning rate.</summary>
internal sealed class ZeroAdapterRule : IHealthRule
{
    // The first step of a warmup has a learning rate of 0.
    private const int FewestSteps = 2;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        var steps = history.Training(MetricNames.LearningRate).Count;
        return facts.LargestB is not 0 || steps < FewestSteps ? null : new(
            "adapter_zero", 0,
            string.Create(CultureInfo.InvariantCulture, $"After {steps} steps LoRA's matrices B are still 0: the adapter changes nothing."),
            "Look at learning_rate and grad_norm. A rate of 0 comes from a warmup as long as the run; a gradient of 0 from pairs whose " +
            "sides are equal.");
    }
}
