using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>What a rule found wrong.</summary>
/// <param name="Name">The rule in metrics, e.g. <c>constant_loss</c>.</param>
/// <param name="Value">The number that triggered it.</param>
/// <param name="Finding">What was seen, in plain words, with the number.</param>
/// <param name="Advice">What to try.</param>
internal sealed record HealthAdvice(string Name, double Value, string Finding, string Advice);

/// <summary>What rules must know besides the metrics.</summary>
internal sealed record HealthFacts
{
    /// <summary>Gets the rows or pairs that are trained on.</summary>
    public int Examples { get; init; }

    /// <summary>Gets how many of them equal an earlier one.</summary>
    public int Duplicates { get; init; }

    /// <summary>
    /// Gets the largest absolute entry of the trained adapter's matrices B; null where all weights train, or before the first look.
    /// </summary>
    public double? LargestB { get; init; }
}

/// <summary>A sign that training goes wrong, read from what it reported so far.</summary>
internal interface IHealthRule
{
    /// <summary>Looks at a stage. Null if nothing is wrong, or if too little is known.</summary>
    HealthAdvice? Check(RunHistory history, HealthFacts facts);
}
