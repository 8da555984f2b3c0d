using Samples.Verbs;

namespace Samples.Story;

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

/// <summary>How a policy does on pairs.</summary>
/// <param name="PrefersChosen">Share of the pairs whose chosen completion has the higher log-probability.</param>
/// <param name="LogProbOfChosen">Mean log-probability of a token of the chosen completions, in nats.</param>
internal sealed record PairScores(double PrefersChosen, double LogProbOfChosen);

/// <summary>What a run on the user's own pairs gave.</summary>
internal sealed record PairResult
{
    public required string Model { get; init; }

    public required string Data { get; init; }

    public required double Seconds { get; init; }

    public required int TestPairs { get; init; }

    public required PairScores Base { get; init; }

    public required PairScores Sft { get; init; }

    public required double RewardModelAccuracy { get; init; }

    public required PairScores Dpo { get; init; }
}
