using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Comparisons of numbers that were computed in two ways.</summary>
internal static class Near
{
    /// <summary>Asserts that two numbers agree relative to the expected one, or to 1 where that is smaller.</summary>
    public static void Relative(double actual, double expected, double tolerance, string because = "") =>
        actual.Should().BeApproximately(expected, tolerance * Math.Max(1, Math.Abs(expected)), because);

    /// <summary>Asserts that the gradient of a scalar function of a float64 vector equals its central differences.</summary>
    public static void RequireGradient(Func<Tensor, Tensor> function, double[] at)
    {
        const double step = 1e-5;
        var x = tensor(at, requires_grad: true);
        function(x).backward();
        var gradient = x.grad!.data<double>().ToArray();
        for (var i = 0; i < at.Length; i++)
            gradient[i].Should().BeApproximately((Value(function, at, i, step) - Value(function, at, i, -step)) / (2 * step), 1e-8, $"entry {i}");
    }

    private static double Value(Func<Tensor, Tensor> function, double[] at, int index, double step)
    {
        var moved = at.ToArray();
        moved[index] += step;
        return function(tensor(moved)).item<double>();
    }
}
