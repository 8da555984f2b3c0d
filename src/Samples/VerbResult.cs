namespace Samples;

/// <summary>What a run of the verb story gave.</summary>
internal sealed record VerbResult
{
    public required string Model { get; init; }

    public required int Seed { get; init; }

    public required double Seconds { get; init; }

    public required DrillScores Base { get; init; }

    public required DrillScores Sft { get; init; }

    public required RewardScores RewardModel { get; init; }

    public required DrillScores Dpo { get; init; }

    public required long PeakMemoryBytes { get; init; }
}
