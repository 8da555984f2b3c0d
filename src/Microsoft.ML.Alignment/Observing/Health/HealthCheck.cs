using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>All rules.</summary>
internal static class HealthCheck
{
    private static readonly IHealthRule[] Rules =
    [
        new DuplicateRule(),
        new ZeroAdapterRule(),
        new ConstantLossRule(),
        new ExplodingGradientRule(),
        new FallingChosenRule(),
        new FlatAccuracyRule(),
        new DivergenceRule(),
        new LengthRule(),
        new EndTokenRule(),
        new RewardHackingRule(),
        new EntropyRule(),
        new EqualGroupsRule(),
        new ClipFractionRule(),
        new CriticRule(),
        new TruncatedRule(),
    ];

    /// <summary>What is wrong with a stage; nothing if it is healthy.</summary>
    public static IReadOnlyList<HealthAdvice> Of(RunHistory history, HealthFacts facts) =>
        [.. Rules.Select(rule => rule.Check(history, facts)).OfType<HealthAdvice>()];
}
