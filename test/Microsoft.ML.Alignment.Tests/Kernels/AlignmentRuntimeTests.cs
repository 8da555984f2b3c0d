using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

[Collection(RunsAlone.Name)]
public sealed class AlignmentRuntimeTests : IDisposable
{
    private readonly AlignmentRuntimeOptions _before = AlignmentRuntime.Current;

    public void Dispose() => AlignmentRuntime.Configure(_before);

    [Fact]
    public void AutomaticChoiceIsOneOfTheKernelsAndStays()
    {
        AlignmentRuntime.Configure(new());
        var chosen = AlignmentRuntime.Current.MatrixKernel;
        chosen.Should().BeOneOf(MatrixKernel.Mkl, MatrixKernel.OneDnn);
        AlignmentRuntime.Current.MatrixKernel.Should().Be(chosen);
        AlignmentRuntime.Describe().Should().Contain(chosen.ToString());
    }

    [Fact]
    public void ForcedKernelIsInForceAndExact()
    {
        foreach (var kernel in new[] { MatrixKernel.Mkl, _before.MatrixKernel })
        {
            AlignmentRuntime.Configure(new() { MatrixKernel = kernel });
            AlignmentRuntime.Current.MatrixKernel.Should().Be(kernel);
            using var scope = NewDisposeScope();
            var (x, w) = (Tensors.Random(1, 65, 300), Tensors.Random(2, 33, 300));
            Tensors.RelativeError(nn.functional.linear(x, w), x.to_type(ScalarType.Float64).mm(w.to_type(ScalarType.Float64).t())).Should().BeLessThan(1e-6);
        }
    }

    [Fact]
    public void ThreadsAreSetAndNullLeavesThem()
    {
        AlignmentRuntime.Configure(new() { Threads = 2 });
        get_num_threads().Should().Be(2);
        AlignmentRuntime.Configure(new() { MatrixKernel = MatrixKernel.Mkl });
        AlignmentRuntime.Current.Threads.Should().Be(2);
    }

    [Fact]
    public void ARunThatGoesOnComputesAsItBeganUnlessAnotherWayWasAskedFor()
    {
        AlignmentRuntime.Configure(new() { MatrixKernel = _before.MatrixKernel, Threads = 1 });
        AlignmentRuntime.Adopt(new() { MatrixKernel = _before.MatrixKernel, Threads = 2 });
        AlignmentRuntime.Current.Threads.Should().Be(1, "one thread was asked for");

        AlignmentRuntime.Configure(new());
        AlignmentRuntime.Adopt(new() { MatrixKernel = MatrixKernel.Mkl, Threads = 2 });
        AlignmentRuntime.Current.Should().Be(new AlignmentRuntimeOptions { MatrixKernel = MatrixKernel.Mkl, Threads = 1 });
    }

    [Fact]
    public void NoThreadIsRefused() => FluentActions
        .Invoking(() => new AlignmentRuntimeOptions { Threads = 0 })
        .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Threads is 0*");

    [Fact]
    public void BFloat16TrialGivesTheSameAnswerOnceMade() =>
        AlignmentRuntime.Describe().Should().Contain(AlignmentRuntime.BFloat16IsFast ? "bfloat16 is faster" : "bfloat16 is not faster");
}
