namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>What a task took.</summary>
internal sealed record Measurement
{
    /// <summary>Tokens without padding that entered the policy, both sides of a pair; for generation, new tokens.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Rows or pairs a second; 0 for generation.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>Peak resident memory of the process when the task was done, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Floating point operations a second of large float32 products with MKL, measured in the same process.</summary>
    public required double MklPeak { get; init; }

    /// <summary>The same with oneDNN; null where it is not there or not exact.</summary>
    public required double? OneDnnPeak { get; init; }

    /// <summary>Number of weights, the output matrix included.</summary>
    public required long Weights { get; init; }
}
