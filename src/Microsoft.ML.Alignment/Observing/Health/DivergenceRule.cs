using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>The policy leaves its reference ever faster: what it gains in reward it loses in language.</summary>
internal sealed class DivergenceRule : IHealthRule
{
    private const double MostNats = 10;
    private const double Growth = 2;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        MetricNames.Divergences.Select(name => Check(history, name)).FirstOrDefault(advice => advice is not null);

    private static HealthAdvice? Check(RunHistory history, string name)
    {
        var values = history.Evaluation(name) is { Count: >= 3 } evaluations ? evaluations : history.Training(name);
        if (values.Count < 3)
            return null;
        var ends = Math.Max(1, values.Count / 5);
        var middle = values.Skip((values.Count - ends) / 2).Take(ends).Average(value => value.Value);
        var now = values.TakeLast(ends).Average(value => value.Value);
        return now <= MostNats || now <= Growth * middle ? null : new(
            "kl_runs_away", now,
            string.Create(CultureInfo.InvariantCulture,
                $"The policy runs away from its reference: {name} is {now:F1} nats a completion, {middle:F1} half-way."),
            "Raise Beta (or the KL coefficient), lower the learning rate, or stop earlier; read the answers before you trust the reward.");
    }
}
