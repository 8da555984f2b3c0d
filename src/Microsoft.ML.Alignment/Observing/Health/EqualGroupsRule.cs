using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Completions of a prompt that all get the same reward teach nothing.</summary>
internal sealed class EqualGroupsRule : IHealthRule
{
    private const double MostEqual = 0.9;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        Trend.OfSteps(history.Training(MetricNames.EqualGroups)) is not { End: > MostEqual } equal ? null : new(
            "groups_equal", equal.End,
            string.Create(CultureInfo.InvariantCulture,
                $"In {equal.End:P0} of the groups all completions get the same reward, so that they teach nothing ({MetricNames.EqualGroups})."),
            "Take prompts that are neither always nor never answered well, a larger GroupSize or a higher Temperature, or a reward that tells " +
            "more apart.");
}
