using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Rows that stand in the data several times are learned by heart.</summary>
internal sealed class DuplicateRule : IHealthRule
{
    private const double MostShare = 0.01;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        var share = (double)facts.Duplicates / Math.Max(1, facts.Examples);
        return share <= MostShare ? null : new(
            "duplicates", share,
            string.Create(
                CultureInfo.InvariantCulture, $"{facts.Duplicates} of {facts.Examples} rows ({share:P1}) are repetitions of others."),
            "Remove them, or train for fewer epochs: each repetition counts as one more epoch of that row.");
    }
}
