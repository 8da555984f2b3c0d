using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Comparisons of numbers that were computed in two ways.</summary>
internal static class Near
{
    /// <summary>Asserts that two numbers agree relative to the expected one, or to 1 where that is smaller.</summary>
    public static void Relative(double actual, double expected, double tolerance, string because = "") =>
        actual.Should().BeApproximately(expected, tolerance * Math.Max(1, Math.Abs(expected)), because);

    /// <summary>The central difference of a scalar function in each entry of a float64 vector.</summary>
    public static double[] FiniteDifferences(Func<Tensor, Tensor> function, double[] at)
    {
        const double step = 1e-5;
        return [.. at.Select((_, i) => (Value(function, at, i, step) - Value(function, at, i, -step)) / (2 * step))];
    }

    /// <summary>The gradient of a scalar function of a float64 vector.</summary>
    public static double[] Gradient(Func<Tensor, Tensor> function, double[] at)
    {
        var x = tensor(at, requires_grad: true);
        function(x).backward();
        return x.grad!.data<double>().ToArray();
    }

    private static double Value(Func<Tensor, Tensor> function, double[] at, int index, double step)
    {
        var moved = at.ToArray();
        moved[index] += step;
        return function(tensor(moved)).item<double>();
    }
}
