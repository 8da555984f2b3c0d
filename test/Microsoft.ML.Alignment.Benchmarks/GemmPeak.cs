using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>How fast this machine multiplies large float32 matrices.</summary>
internal static class GemmPeak
{
    private const int Size = 2048;
    private const int Rounds = 8;

    /// <summary>Operations a second with a kernel; null where the kernel is not there or not exact.</summary>
    public static double? Measure(MatrixKernel kernel)
    {
        try
        {
            AlignmentRuntime.Configure(new() { MatrixKernel = kernel });
        }
        catch (NotSupportedException)
        {
            return null;
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var (x, w) = (randn(Size, Size), randn(Size, Size));
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var product = nn.functional.linear(x, w);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * Size * Size * Size / best;
    }
}
