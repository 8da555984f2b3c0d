using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class RmsNormTests : IDisposable
{
    private const double Eps = 1e-5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x = Tensors.Random(1, 5, 8);
    private readonly Tensor _weight = Tensors.Random(2, 8);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void ValuesAndGradientsAreThoseOfTheFormulaInDouble(bool inputTrains, bool weightTrains)
    {
        var (input, scale) = (inputTrains ? _x.Leaf() : _x, weightTrains ? _weight.Leaf() : _weight);
        var (exactInput, exactScale) = (_x.to_type(ScalarType.Float64).Leaf(), _weight.to_type(ScalarType.Float64).Leaf());
        var actual = RmsNorm.Apply(input, scale, Eps);
        var expected = exactInput / (exactInput.square().mean([-1], true) + Eps).sqrt() * exactScale;

        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        var exact = Tensors.Gradients(expected, exactInput, exactScale);
        var trained = new[] { input, scale }.Where(t => t.requires_grad).ToArray();
        var ours = Tensors.Gradients(actual, trained);
        if (inputTrains)
            Tensors.RelativeError(ours[0], exact[0]).Should().BeLessThan(1e-6);
        if (weightTrains)
            Tensors.RelativeError(ours[^1], exact[1]).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void BFloat16IsComputedInFloat32AndRoundedOnce()
    {
        var narrow = _x.bfloat16();
        RmsNorm.Apply(narrow, _weight, Eps).Equals(RmsNorm.Apply(narrow.to_type(ScalarType.Float32), _weight, Eps).bfloat16()).Should().BeTrue();
        RmsNorm.Apply(narrow.Leaf(), _weight, Eps).Equals(RmsNorm.Apply(narrow, _weight, Eps)).Should().BeTrue();
    }
}
