using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class SwiGluTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor gate = Tensors.Random(1, 5, 8);
    private readonly Tensor up = Tensors.Random(2, 5, 8);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void ValuesAndGradientsAreThoseOfTheFormulaInDouble()
    {
        var (ourGate, ourUp) = (gate.Leaf(), up.Leaf());
        var (exactGate, exactUp) = (gate.to_type(ScalarType.Float64).Leaf(), up.to_type(ScalarType.Float64).Leaf());
        var actual = SwiGlu.Apply(ourGate, ourUp);
        var expected = exactGate / ((-exactGate).exp() + 1) * exactUp;

        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        var (ours, exact) = (Tensors.Gradients(actual, ourGate, ourUp), Tensors.Gradients(expected, exactGate, exactUp));
        Tensors.RelativeError(ours[0], exact[0]).Should().BeLessThan(1e-6);
        Tensors.RelativeError(ours[1], exact[1]).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void TheValueIsTheSameWithAndWithoutGradients() =>
        SwiGlu.Apply(gate.Leaf(), up.Leaf()).Equals(SwiGlu.Apply(gate, up)).Should().BeTrue();
}
