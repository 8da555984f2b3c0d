using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class RotaryEmbeddingTests : IDisposable
{
    private const int Rows = 5, Heads = 3, Width = 8;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    public void EachPairTurnsByItsAngleAndTheRestStays(int rotated)
    {
        var x = Tensors.Random(1, Rows, Heads, Width);
        var (cos, sin, angles) = Table(rotated);
        var (before, after) = (x.data<float>().ToArray(), RotaryEmbedding.Apply(x, cos, sin).data<float>().ToArray());
        for (var row = 0; row < Rows; row++)
        {
            for (var head = 0; head < Heads; head++)
            {
                var start = (row * Heads + head) * Width;
                for (var i = 0; i < rotated / 2; i++)
                {
                    var (a, b, angle) = (before[start + i], before[start + i + rotated / 2], angles[row, i]);
                    after[start + i].Should().BeApproximately((float)(a * Math.Cos(angle) - b * Math.Sin(angle)), 1e-6f);
                    after[start + i + rotated / 2].Should().BeApproximately((float)(b * Math.Cos(angle) + a * Math.Sin(angle)), 1e-6f);
                }

                after[(start + rotated)..(start + Width)].Should().Equal(before[(start + rotated)..(start + Width)]);
            }
        }
    }

    [Fact]
    public void GradientIsTheRotationBack()
    {
        var (cos, sin, _) = Table(4);
        var x = Tensors.Random(1, Rows, Heads, Width).Leaf();
        var gradient = Tensors.Gradients(RotaryEmbedding.Apply(x, cos, sin), x)[0];
        Tensors.RelativeError(gradient, RotaryEmbedding.Apply(Tensors.Random(99, x.shape), cos, sin.neg())).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void TypeOfTheHeadsIsKept()
    {
        var (cos, sin, _) = Table(8);
        RotaryEmbedding.Apply(Tensors.Random(1, Rows, Heads, Width).bfloat16(), cos, sin).dtype.Should().Be(ScalarType.BFloat16);
    }

    [Fact]
    public void MoreDimensionsThanAHeadHasAreRefused()
    {
        var (cos, sin, _) = Table(8);
        FluentActions.Invoking(() => RotaryEmbedding.Apply(Tensors.Random(1, Rows, Heads, 6), cos, sin)).Should().Throw<ArgumentException>();
    }

    private static (Tensor Cos, Tensor Sin, double[,] Angles) Table(int rotated)
    {
        var angles = new double[Rows, rotated / 2];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < rotated / 2; i++)
                angles[row, i] = 0.3 * row / (i + 1);
        }

        var half = tensor(angles);
        var both = cat([half, half], 1).unsqueeze(1).to_type(ScalarType.Float32); // [N, 1, rot]
        return (both.cos(), both.sin(), angles);
    }
}
