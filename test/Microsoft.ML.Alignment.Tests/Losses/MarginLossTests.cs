using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class MarginLossTests : IDisposable
{
    private static readonly double[] Margins = [-700, -4.5, -0.3, 0, 0.8, 2.5, 700];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void TheLogisticLossIsStableAndEqualsAnIndependentComputation(double smoothing)
    {
        var loss = MarginLoss.Sigmoid(tensor(Margins), smoothing).data<double>().ToArray();

        foreach (var (margin, actual) in Margins.Zip(loss))
            Near.Relative(actual, -((1 - smoothing) * ScalarMath.LogSigmoid(margin)) - (smoothing * ScalarMath.LogSigmoid(-margin)), 1e-9);
    }

    [Fact]
    public void PairsThatAreAMarginOfOneApartRestUnderTheHingeLoss()
    {
        var margins = tensor(Margins, requires_grad: true);

        var loss = MarginLoss.Hinge(margins);
        loss.sum().backward();

        loss.data<double>().Should().Equal([701, 5.5, 1.3, 1, 1 - 0.8, 0, 0]);
        margins.grad!.data<double>().Should().Equal(-1, -1, -1, -1, -1, 0, 0);
    }
}
