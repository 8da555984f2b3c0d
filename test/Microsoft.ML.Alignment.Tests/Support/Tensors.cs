using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Random tensors and comparisons of them.</summary>
internal static class Tensors
{
    /// <summary>Normal values that depend on the seed only.</summary>
    public static Tensor Random(int seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, ScalarType.Float32, generator: generator);
    }

    /// <summary>A leaf that requires a gradient.</summary>
    public static Tensor Leaf(this Tensor values) => values.detach().clone().requires_grad_(true);

    /// <summary>Tensors that someone holds; those that other tests left to the collector are collected first.</summary>
    public static long CountLive()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>The largest absolute difference relative to the largest entry of <paramref name="expected"/>.</summary>
    public static double RelativeError(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape);
        var (a, e) = (actual.detach().to_type(ScalarType.Float64), expected.detach().to_type(ScalarType.Float64));
        return (a - e).abs().max().item<double>() / Math.Max(e.abs().max().item<double>(), 1e-30);
    }

    /// <summary>The gradients of a fixed random projection of a result by the inputs.</summary>
    public static Tensor[] Gradients(Tensor result, params Tensor[] inputs)
    {
        foreach (var input in inputs)
            input.grad = null;
        using var direction = Random(99, result.shape).to_type(result.dtype);
        autograd.backward([result], [direction]);
        return [.. inputs.Select(input => input.grad!)];
    }
}
