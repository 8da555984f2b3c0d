using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>What a task did, and in what time.</summary>
internal sealed record Measurement
{
    /// <summary>Tokens without padding that entered the policy, both sides of a pair; for generation, new tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Rows of data: conversations, or pairs.</summary>
    public required int Rows { get; init; }

    /// <summary>Time of both; for on-policy training, of optimizer steps alone.</summary>
    public required double Seconds { get; init; }

    /// <summary>Tokens that the policy writes in a second of sampling; null for what does not sample while it trains.</summary>
    public double? SampledTokensPerSecond { get; init; }

    /// <summary>Number of weights N, the output matrix included (once, where it is the token embedding).</summary>
    public required long Weights { get; init; }

    /// <summary>What a reader of the figures should know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Peak resident memory of the process so far, in bytes.</summary>
    public long PeakMemory { get; init; } = ProcessMemory.Peak;

    public double TokensPerSecond => Tokens / Seconds;

    public double RowsPerSecond => Rows / Seconds;

    public static long WeightsOf(LanguageModel model) =>
        model.BaseWeights.Sum(weight => weight.Shape.Aggregate(1L, (product, size) => product * size));
}
