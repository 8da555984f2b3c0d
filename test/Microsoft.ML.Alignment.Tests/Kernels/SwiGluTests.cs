using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class SwiGluTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _gate = Tensors.Random(1, 5, 8);
    private readonly Tensor _up = Tensors.Random(2, 5, 8);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void ValuesAndGradientsAreThoseOfTheFormulaInDouble()
    {
        var (ourGate, ourUp) = (_gate.Leaf(), _up.Leaf());
        var (exactGate, exactUp) = (_gate.to_type(ScalarType.Float64).Leaf(), _up.to_type(ScalarType.Float64).Leaf());
        var actual = SwiGlu.Apply(ourGate, ourUp);
        var expected = exactGate / ((-exactGate).exp() + 1) * exactUp;

        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        var (ours, exact) = (Tensors.Gradients(actual, ourGate, ourUp), Tensors.Gradients(expected, exactGate, exactUp));
        Tensors.RelativeError(ours[0], exact[0]).Should().BeLessThan(1e-6);
        Tensors.RelativeError(ours[1], exact[1]).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void TheValueIsTheSameWithAndWithoutGradients() =>
        SwiGlu.Apply(_gate.Leaf(), _up.Leaf()).Equals(SwiGlu.Apply(_gate, _up)).Should().BeTrue();
}
