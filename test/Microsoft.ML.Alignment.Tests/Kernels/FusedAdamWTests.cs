using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class FusedAdamWTests : IDisposable
{
    private static readonly AdamWConstants Constants = new(0.9, 0.95, 1e-8, 0.1);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void ParametersFollowThoseOfTorchToTheLastRounding()
    {
        var (ours, theirs) = (new Parameter(Tensors.Random(1, 37, 5)), new Parameter(Tensors.Random(1, 37, 5)));
        using var optimizer = new FusedAdamW([ours], Constants);
        using var reference = optim.AdamW([theirs], 1e-2, 0.9, 0.95, 1e-8, 0.1);
        for (var step = 0; step < 20; step++)
        {
            (ours.grad, theirs.grad) = (Tensors.Random(step, 37, 5), Tensors.Random(step, 37, 5));
            optimizer.Step(1e-2);
            reference.step();
        }

        Tensors.RelativeError(ours, theirs).Should().BeLessThan(3e-7);
    }

    [Fact]
    public void MatricesDecayAndVectorsDoNotAsInDoubleArithmetic()
    {
        var shapes = new[] { new long[] { 3, 2 }, [4], [2, 1] };
        var parameters = shapes.Select((shape, i) => new Parameter(Tensors.Random(i, shape))).ToArray();
        var expected = parameters.Select((p, i) => new DoubleAdamW(p, i == 1 ? 0 : Constants.WeightDecay)).ToArray();
        using var optimizer = new FusedAdamW(parameters, Constants);

        for (var step = 1; step <= 12; step++)
        {
            var rate = 0.01 * step;
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].grad = Tensors.Random(100 * step + i, shapes[i]);
                expected[i].Step(parameters[i].grad!.data<float>().ToArray(), rate);
            }

            optimizer.Step(rate);
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            var actual = parameters[i].data<float>().ToArray();
            for (var j = 0; j < actual.Length; j++)
                ((double)actual[j]).Should().BeApproximately(expected[i].Values[j], 1e-6);
        }
    }

    [Fact]
    public void StateCopiedIntoAnotherOptimizerContinuesTheSameRun()
    {
        var first = new Parameter(Tensors.Random(1, 3, 3));
        using var optimizer = new FusedAdamW([first], Constants);
        Step(optimizer, first, 5);

        var second = new Parameter(first.detach().clone());
        using var resumed = new FusedAdamW([second], Constants);
        using (no_grad())
        {
            resumed.States[0].Step.copy_(optimizer.States[0].Step);
            resumed.States[0].FirstMoment.copy_(optimizer.States[0].FirstMoment);
            resumed.States[0].SecondMoment.copy_(optimizer.States[0].SecondMoment);
        }

        Step(optimizer, first, 6);
        Step(resumed, second, 6);
        resumed.States[0].Step.item<float>().Should().Be(2);
        second.data<float>().ToArray().Should().Equal(first.data<float>().ToArray());

        static void Step(FusedAdamW optimizer, Parameter parameter, int seed)
        {
            parameter.grad = Tensors.Random(seed, 3, 3);
            optimizer.Step(0.1);
        }
    }

    [Fact]
    public void ParametersWithoutGradientStay()
    {
        var (moved, still) = (new Parameter(ones(2, 2)), new Parameter(ones(2, 2)));
        using var optimizer = new FusedAdamW([moved, still], Constants);
        moved.grad = ones(2, 2);
        optimizer.Step(0.5);

        still.data<float>().ToArray().Should().AllBeEquivalentTo(1f);
        optimizer.States[1].Step.item<float>().Should().Be(0);
        moved.sum().item<float>().Should().BeLessThan(4);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1000.0)]
    public void ClippingReturnsTheNormBeforeAndScalesOnlyWhatIsTooLong(double largest)
    {
        var (a, b) = (new Parameter(zeros(3, 4)), new Parameter(zeros(5)));
        using var optimizer = new FusedAdamW([a, b], Constants);
        (a.grad, b.grad) = (Tensors.Random(1, 3, 4), Tensors.Random(2, 5));
        var before = Norm();

        optimizer.ClipGradients(largest).Should().BeApproximately(before, 1e-5);
        Norm().Should().BeApproximately(Math.Min(before, largest), 1e-5);

        double Norm() => Math.Sqrt((a.grad!.square().sum() + b.grad!.square().sum()).item<float>());
    }

    [Fact]
    public void NormOfABrokenGradientIsNotFinite()
    {
        var a = new Parameter(zeros(2, 2));
        using var optimizer = new FusedAdamW([a], Constants);
        a.grad = tensor(new float[,] { { 1, float.NaN }, { 0, 0 } });
        double.IsFinite(optimizer.ClipGradients(1)).Should().BeFalse();
        a.grad = tensor(new float[,] { { 1, float.PositiveInfinity }, { 0, 0 } });
        double.IsFinite(optimizer.ClipGradients(1)).Should().BeFalse();
    }

    [Fact]
    public void ZeroGradDropsTheGradients()
    {
        var a = new Parameter(zeros(2, 2));
        using var optimizer = new FusedAdamW([a], Constants);
        a.grad = ones(2, 2);
        optimizer.ZeroGrad();
        a.grad.Should().BeNull();
        optimizer.ClipGradients(1).Should().Be(0);
        FluentActions.Invoking(() => optimizer.Step(1)).Should().NotThrow();
    }

    [Fact]
    public void OtherTypesAreRefused() => FluentActions
        .Invoking(() => new FusedAdamW([new Parameter(zeros(2, 2, ScalarType.BFloat16))], Constants))
        .Should().Throw<ArgumentException>().WithMessage("*BFloat16*float32*");

    /// <summary>The algorithm as the paper has it, in double.</summary>
    private sealed class DoubleAdamW(Parameter start, double decay)
    {
        private readonly double[] _first = new double[start.numel()];
        private readonly double[] _second = new double[start.numel()];
        private int _steps;

        public double[] Values { get; } = [.. start.data<float>().ToArray().Select(value => (double)value)];

        public void Step(float[] gradient, double rate)
        {
            _steps++;
            for (var i = 0; i < Values.Length; i++)
            {
                _first[i] = Constants.Beta1 * _first[i] + (1 - Constants.Beta1) * gradient[i];
                _second[i] = Constants.Beta2 * _second[i] + (1 - Constants.Beta2) * gradient[i] * gradient[i];
                var mean = _first[i] / (1 - Math.Pow(Constants.Beta1, _steps));
                var square = _second[i] / (1 - Math.Pow(Constants.Beta2, _steps));
                Values[i] -= rate * (mean / (Math.Sqrt(square) + Constants.Epsilon) + decay * Values[i]);
            }
        }
    }
}
