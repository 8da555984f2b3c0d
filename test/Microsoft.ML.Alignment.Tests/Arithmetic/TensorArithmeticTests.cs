using Microsoft.ML.Alignment.Arithmetic;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Arithmetic;

public sealed class TensorArithmeticTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<ScalarType> Types => [ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void ResultsAreBitEqualToTheOperators(ScalarType type)
    {
        using var generator = new Generator(5);
        var a = randn([3, 5], ScalarType.Float64, generator: generator).to_type(type);
        var b = randn([3, 5], ScalarType.Float64, generator: generator).to_type(type);
        const double Number = 0.37;
        (Tensor Ours, Tensor Operator)[] cases =
        [
            (a.Plus(b), a + b), (a.Plus(Number), a + Number), (a.Minus(Number), a - Number), (a.Times(Number), a * Number),
            (a.Over(Number), a / Number), (a.Squared(), a.square()), (a.AtMost(Number), a.clamp_max(Number)),
            (a.AtLeast(Number), a.clamp_min(Number)), (a.IsAbove(Number), a > Number), (a.IsBelow(Number), a < Number),
            (a.clone().PlusInPlace(b), a.clone().add_(b)), (a.clone().PlusInPlace(Number), a.clone().add_(Number)),
            (a.clone().MinusInPlace(Number), a.clone().sub_(Number)), (a.clone().TimesInPlace(Number), a.clone().mul_(Number)),
            (a.clone().OverInPlace(Number), a.clone().div_(Number)),
            (a.clone().FillInPlace(a > 0, Number), a.clone().masked_fill_(a > 0, Number)),
            (a.PlusAt(tensor(new long[] { 2, 0 }), b.narrow(0, 0, 2)), a.index_add(0, tensor(new long[] { 2, 0 }), b.narrow(0, 0, 2), 1)),
        ];
        foreach (var (index, (ours, expected)) in cases.Index())
        {
            ours.dtype.Should().Be(expected.dtype);
            ours.Equals(expected).Should().BeTrue("case {0} is the operator's", index);
        }
    }

    [Fact]
    public void IntegersStayIntegers()
    {
        var a = tensor(new long[] { 1, 5, long.MaxValue });
        a.AtMost(4L).data<long>().ToArray().Should().Equal(1, 4, 4);
    }

    [Fact]
    public void InPlaceChangesTheTensorItself()
    {
        var a = tensor(new[] { 1f, 2, 3 });
        a.PlusInPlace(1).TimesInPlace(2).Should().BeSameAs(a);
        a.data<float>().ToArray().Should().Equal(4, 6, 8);
    }

    [Fact]
    public void ACollectionOnAnotherThreadFreesNoScalarThatIsRead()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        var x = ones(4);
        for (var i = 0; i < 20_000; i++)
        {
            using var inner = NewDisposeScope();
            var y = x.Times(3).Plus(x).Minus(2).Over(2); // (3 + 1 - 2) / 2
            if (y.data<float>()[3] != 1)
                Assert.Fail($"Pass {i} gave {y.data<float>()[3]}.");
        }

        stop.Cancel();
        collector.Join();
    }
}
