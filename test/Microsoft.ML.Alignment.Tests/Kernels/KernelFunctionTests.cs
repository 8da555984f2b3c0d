using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

[Collection(RunsAlone.Name)]
public sealed class KernelFunctionTests
{
    [Fact]
    public void ExceptionInBackwardIsThrownAtTheNextUseNotInTheMiddle()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).Leaf();
        Failing.Apply(x).sum().backward();

        x.grad.Should().BeNull();
        FluentActions.Invoking(() => Failing.Apply(x)).Should().Throw<InvalidOperationException>().WithMessage("backward went wrong");
        FluentActions.Invoking(() => Failing.Apply(x)).Should().NotThrow("it was reported");
    }

    [Fact]
    public void OptimizerDoesNotStepAfterAFailure()
    {
        using var scope = NewDisposeScope();
        var parameter = new TorchSharp.Modules.Parameter(ones(2, 2));
        using var optimizer = new FusedAdamW([parameter], new(0.9, 0.999, 1e-8, 0));
        Failing.Apply(parameter).sum().backward();

        FluentActions.Invoking(() => optimizer.Step(1)).Should().Throw<InvalidOperationException>();
        parameter.sum().item<float>().Should().Be(4);
    }

    [Fact]
    public void SecondBackwardThroughOneGraphIsReported()
    {
        using var scope = NewDisposeScope();
        var x = Tensors.Random(1, 4, 3).Leaf();
        var sum = RmsNorm.Apply(x, ones(3), 1e-5).sum();
        sum.backward(retain_graph: true);
        sum.backward();

        FluentActions.Invoking(BackwardPass.ThrowIfFailed).Should().Throw<InvalidOperationException>().WithMessage("*earlier backward pass*");
    }

    [Fact]
    public void NoTensorOutlivesTheScope()
    {
        Step();
        var before = Tensors.CountLive();
        for (var i = 0; i < 5; i++)
            Step();
        Tensors.CountLive().Should().Be(before);

        static void Step()
        {
            using var scope = NewDisposeScope();
            var x = Tensors.Random(1, 6, 4).Leaf();
            var w = Tensors.Random(2, 5, 4);
            var (a, b) = (Tensors.Random(3, 2, 4).Leaf(), Tensors.Random(4, 5, 2).Leaf());
            var head = Tensors.Random(5, 7, 5).Leaf();
            var y = LowRankLinear.Apply(RmsNorm.Apply(x, ones(4), 1e-5), w, LowRankStack.Of([new(a, b, 2)], w.shape[0], w.dtype));
            var labels = arange(6, ScalarType.Int64);
            (CompletionLogProbs.Compute(y, head, labels, 64).sum() + CompletionLogProbs.Compute(y, head.detach(), labels, 64).sum()).backward();
            BackwardPass.Flush();
        }
    }

    private sealed class Failing : KernelFunction<Failing>
    {
        public static Tensor Apply(Tensor x) => Run(x);

        protected override Tensor Forward(SavedForBackward saved, object[] inputs) => ((Tensor)inputs[0]).mul(2);

        protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient) =>
            throw new InvalidOperationException("backward went wrong");
    }
}
