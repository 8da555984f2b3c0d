using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>What a report says of a stage besides what it measured; a file in the folder of the stage.</summary>
internal sealed record RunFacts
{
    /// <summary>Gets the method, e.g. <c>Dpo</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the steps that it takes as a whole.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Gets how it ended; null while it trains.</summary>
    public string? Ended { get; init; }

    /// <summary>Gets the step whose weights it has in the end; null while it trains.</summary>
    public int? WeightsOfStep { get; init; }

    /// <summary>Gets the tokens that were trained on in a second of optimizer steps; null before the first.</summary>
    public double? TrainedTokensPerSecond { get; init; }

    /// <summary>Gets the tokens that the policy wrote in a second of sampling; null where it writes nothing to learn from.</summary>
    public double? SampledTokensPerSecond { get; init; }

    /// <summary>Gets what health rules must know.</summary>
    public HealthFacts Health { get; init; } = new();

    /// <summary>Gets what looks wrong beside what health rules find in the history.</summary>
    public IReadOnlyList<HealthAdvice> Advice { get; init; } = [];

    /// <summary>Gets the options as resolved, by name.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets what was measured of a stage that does not train, by name; empty for one that does.</summary>
    public IReadOnlyDictionary<string, string> Figures { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets what is known of the data, by name.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();

    /// <summary>The facts of a stage that begins.</summary>
    public static RunFacts Of(StageStart stage) => new()
    {
        Method = stage.Stage,
        TotalSteps = stage.TotalSteps,
        Health = new() { Examples = stage.Data.TrainingExamples, Duplicates = (int)(stage.Data.Summary?.Data.Duplicates ?? 0) },
        Options = OptionTable.Of(stage),
        Data = DataTable.Of(stage.Data),
    };
}
