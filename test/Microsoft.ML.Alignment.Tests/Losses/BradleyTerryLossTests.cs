using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class BradleyTerryLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0, 0, 0.657615429)]
    [InlineData(0.5, 0, 0.743546118)]
    [InlineData(0, 0.01, 0.669315429)]
    public void MeanIsThatOfTheReferenceNumbers(double margin, double centering, double expected)
    {
        var rewards = new Pair(tensor(new[] { 1.2, -0.1 }), tensor(new[] { 0.3, 0.4 }));

        var loss = BradleyTerryLoss.Compute(rewards, tensor(new[] { margin, 0 }), centering);

        loss.mean().item<double>().Should().BeApproximately(expected, 1e-9);
    }

    [Fact]
    public void LossIsLn2WhenRewardsAreEqual() =>
        BradleyTerryLoss.Compute(new(tensor(new[] { 3f, -2f }), tensor(new[] { 3f, -2f }))).data<float>()
            .Should().AllSatisfy(x => x.Should().BeApproximately(MathF.Log(2), 1e-6f));

    [Fact]
    public void LossEqualsAnIndependentComputation()
    {
        var random = new Random(11);
        double[][] rows = [.. Enumerable.Range(0, 9).Select(_ => new[] { Draw(), Draw(), Math.Abs(Draw()) })];
        double Draw() => 8 * (random.NextDouble() - 0.5);

        var loss = BradleyTerryLoss.Compute(new(Column(0), Column(1)), Column(2), 0.03);

        for (var i = 0; i < rows.Length; i++)
            Near.Relative(loss[i].item<float>(), ScalarMath.BradleyTerry(rows[i][0], rows[i][1], rows[i][2], 0.03), 1e-5);
        Tensor Column(int column) => tensor(rows.Select(row => (float)row[column]).ToArray());
    }

    [Fact]
    public void GradientEqualsFiniteDifferences()
    {
        var margin = tensor(new[] { 0.5, 0, 2 });
        Tensor Loss(Tensor x) => BradleyTerryLoss.Compute(Pair.Split(x), margin, 0.1).sum();
        double[] at = [1.2, -0.3, 4, 0.7, 0.9, -2];

        Near.RequireGradient(Loss, at);
    }

    [Fact]
    public void AMarginOfZeroChangesNothing()
    {
        var rewards = new Pair(tensor(new[] { 1.5f, -0.25f }), tensor(new[] { 0.5f, 2f }));

        BradleyTerryLoss.Compute(rewards, zeros(2)).Equals(BradleyTerryLoss.Compute(rewards)).Should().BeTrue();
    }
}
