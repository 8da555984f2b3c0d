using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>How fast this process multiplies float32 matrices, <c>[M, K]</c> by <c>[K, N]</c>.</summary>
/// <param name="Shape">M, K and N.</param>
/// <param name="Mkl">Operations a second with MKL.</param>
/// <param name="OneDnn">The same with oneDNN; null where it is not there or not exact.</param>
internal sealed record MatrixPeak(string Shape, double Mkl, double? OneDnn);

/// <summary>Measures both kernels on a large product and on one of a small model's feed-forward block.</summary>
internal static class MatrixPeaks
{
    private const int Rounds = 8;

    /// <summary>The large product comes first; its figure with MKL is the base of all shares. Leaves another kernel in force.</summary>
    public static IReadOnlyList<MatrixPeak> Measure() => [Measure(2048, 2048, 2048), Measure(1024, 576, 1536)];

    private static MatrixPeak Measure(int m, int k, int n) =>
        new($"{m}x{k}x{n}", Best(MatrixKernel.Mkl, m, k, n), IsThere(MatrixKernel.OneDnn) ? Best(MatrixKernel.OneDnn, m, k, n) : null);

    private static bool IsThere(MatrixKernel kernel)
    {
        try
        {
            AlignmentRuntime.Configure(new() { MatrixKernel = kernel });
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private static double Best(MatrixKernel kernel, int m, int k, int n)
    {
        AlignmentRuntime.Configure(new() { MatrixKernel = kernel });
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var (x, w) = (randn(m, k), randn(n, k));
        var seconds = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var product = nn.functional.linear(x, w); // [M, N]
            seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * m * k * n / seconds;
    }
}
