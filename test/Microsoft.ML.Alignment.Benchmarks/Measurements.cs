using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>What every task measures besides its speed.</summary>
internal static class Measurements
{
    /// <summary>Memory first: measuring the peak of products adds to it.</summary>
    public static Measurement Of(LanguageModel model)
    {
        var memory = ProcessMemory.Peak;
        return new()
        {
            TokensPerSecond = 0,
            PeakMemoryBytes = memory,
            MklPeak = GemmPeak.Measure(MatrixKernel.Mkl)!.Value,
            OneDnnPeak = GemmPeak.Measure(MatrixKernel.OneDnn),
            Weights = model.BaseWeights.Sum(weight => weight.Shape.Aggregate(1L, (product, size) => product * size)),
        };
    }
}
