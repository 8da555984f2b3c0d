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
        FailingKernel.Apply(x).sum().backward();

        x.grad.Should().BeNull();
        FluentActions.Invoking(() => FailingKernel.Apply(x)).Should().Throw<InvalidOperationException>().WithMessage("backward went wrong");
        FluentActions.Invoking(() => FailingKernel.Apply(x)).Should().NotThrow("it was reported");
    }

    [Fact]
    public void OptimizerDoesNotStepAfterAFailure()
    {
        using var scope = NewDisposeScope();
        var parameter = new TorchSharp.Modules.Parameter(ones(2, 2));
        using var optimizer = new FusedAdamW([parameter], new(0.9, 0.999, 1e-8, 0));
        FailingKernel.Apply(parameter).sum().backward();

        FluentActions.Invoking(() => optimizer.Step(1)).Should().Throw<InvalidOperationException>();
        parameter.sum().item<float>().Should().Be(4);
    }

    [Fact]
    public void AFailureIsToldToThePassThatItHappenedInAndToNoOther()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).Leaf();
        using var pass = BackwardPass.Begin();
        var loss = FailingKernel.Apply(x).sum();
        var elsewhere = new Thread(() => loss.backward());
        elsewhere.Start();
        elsewhere.Join();
        using (BackwardPass.Begin())
            BackwardPass.ThrowIfFailed();

        FluentActions.Invoking(() => pass.Run(x.sum())).Should().Throw<InvalidOperationException>().WithMessage("backward went wrong");
    }

    [Fact]
    public void AFailureThatNobodyAskedForIsNotLeftToTheNextPass()
    {
        using var scope = NewDisposeScope();
        using (BackwardPass.Begin())
            FailingKernel.Apply(ones(3).Leaf()).sum().backward();

        FluentActions.Invoking(() => FailingKernel.Apply(ones(3).Leaf())).Should().NotThrow();
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
}
