using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class CompletionLogProbsTests : IDisposable
{
    private const long Rows = 11, Width = 6, Vocabulary = 23;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _hidden = Tensors.Random(1, Rows, Width);
    private readonly Tensor _head = Tensors.Random(2, Vocabulary, Width);
    private readonly Tensor _labels = tensor(new long[] { 0, 22, 5, 5, 1, 7, 19, 3, 2, 11, 8 });

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 4)]
    [InlineData(false, 11)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 11)]
    public void ValuesAndGradientsAreThoseOfLogSoftmaxInDouble(bool trainsHead, long rowsAtOnce)
    {
        var (h, w) = (_hidden.Leaf(), trainsHead ? _head.Leaf() : _head);
        var (exactH, exactW) = (_hidden.to_type(ScalarType.Float64).Leaf(), _head.to_type(ScalarType.Float64).Leaf());

        var actual = CompletionLogProbs.Compute(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float));
        var expected = Plain(exactH, exactW);

        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        var exact = Tensors.Gradients(expected, exactH, exactW);
        var ours = trainsHead ? Tensors.Gradients(actual, h, w) : Tensors.Gradients(actual, h);
        for (var i = 0; i < ours.Length; i++)
            Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1e-6);
        BackwardPass.ThrowIfFailed();
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 4)]
    [InlineData(true, 11)]
    public void SoftlyCappedLogitsHaveTheValuesAndGradientsOfTheFormula(bool trainsHead, long rowsAtOnce)
    {
        const double cap = 0.7;
        var (h, w) = (_hidden.Leaf(), trainsHead ? _head.Leaf() : _head);
        var (exactH, exactW) = (_hidden.to_type(ScalarType.Float64).Leaf(), _head.to_type(ScalarType.Float64).Leaf());

        var actual = CompletionLogProbs.Compute(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float), softCap: cap);
        Tensor Exact() => ((exactH.matmul(exactW.t()) / cap).tanh() * cap).log_softmax(1);
        Tensor OfLabels(Tensor logProbs) => logProbs.gather(1, _labels.unsqueeze(1)).squeeze(1);
        Tensor WithEntropy(Tensor logProbs) => OfLabels(logProbs) - (logProbs.exp() * logProbs).sum(1L);
        var collision = (2 * Exact()).exp().sum(1L).log();

        Tensors.RelativeError(CompletionLogProbs.LogCollision(_hidden, _head, softCap: cap), collision).Should().BeLessThan(1e-6);
        var both = CompletionLogProbs.ComputeWithEntropy(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float), softCap: cap);
        foreach (var (value, wanted) in new[] { (actual, OfLabels(Exact())), (both.LogProbs + both.Entropy, WithEntropy(Exact())) })
        {
            Tensors.RelativeError(value, wanted).Should().BeLessThan(1e-6);
            var exact = Tensors.Gradients(wanted, exactH, exactW).Select(gradient => gradient.clone()).ToArray();
            var ours = trainsHead ? Tensors.Gradients(value, h, w) : Tensors.Gradients(value, h);
            for (var i = 0; i < ours.Length; i++)
                Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(2e-6);
        }
    }

    [Fact]
    public void GradientIsTheSlopeOfTheValue()
    {
        const double step = 1e-2;
        var h = _hidden.Leaf();
        CompletionLogProbs.Compute(h, _head, _labels).sum().backward();
        foreach (var (row, column) in new[] { (0, 0), (4, 3), (10, 5) })
        {
            var shift = zeros_like(_hidden);
            shift[row, column] = (float)step;
            var slope = (Value(_hidden + shift) - Value(_hidden - shift)) / (2 * step);
            h.grad![row, column].item<float>().Should().BeApproximately((float)slope, 1e-3f);
        }

        double Value(Tensor at) => CompletionLogProbs.Compute(at, _head, _labels).to_type(ScalarType.Float64).sum().item<double>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void ChunksDoNotChangeTheResult(long rowsAtOnce)
    {
        var whole = CompletionLogProbs.Compute(_hidden, _head, _labels);
        var cut = CompletionLogProbs.Compute(_hidden, _head, _labels, rowsAtOnce * Vocabulary * sizeof(float));
        Tensors.RelativeError(cut, whole).Should().BeLessThan(1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BFloat16RoundsTheLogitsOnly(bool trainsHead)
    {
        var (h, w) = (_hidden.bfloat16().Leaf(), trainsHead ? _head.bfloat16().Leaf() : _head.bfloat16());
        var (exactH, exactW) = (h.to_type(ScalarType.Float32).Leaf(), w.to_type(ScalarType.Float32).Leaf());

        var actual = CompletionLogProbs.Compute(h, w, _labels, 2 * Vocabulary * sizeof(float));
        var expected = Plain(exactH, exactW);

        actual.dtype.Should().Be(ScalarType.Float32);
        Tensors.RelativeError(actual, expected).Should().BeLessThan(1.0 / 128);
        var exact = Tensors.Gradients(expected, exactH, exactW);
        var ours = trainsHead ? Tensors.Gradients(actual, h, w) : Tensors.Gradients(actual, h);
        for (var i = 0; i < ours.Length; i++)
            Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1.0 / 32);
    }

    [Fact]
    public void GradientOfACertainTokenVanishesEvenInBFloat16()
    {
        // The label's probability is 1 - 2e-5: a difference of two rounded products would leave noise of 1e-2.
        var h = (ones(1, 2) * 4).bfloat16().Leaf();
        var w = tensor(new float[,] { { 1.375f, 1.375f }, { 0, 0 }, { 0, 0 } }).bfloat16();
        CompletionLogProbs.Compute(h, w, tensor(new long[] { 0 })).sum().backward();
        h.grad!.to_type(ScalarType.Float32).abs().max().item<float>().Should().BeLessThan(1e-4f).And.BeGreaterThan(0);
    }

    [Fact]
    public void StatisticsAreEntropyAndWhetherTheTokenIsOnTop()
    {
        var logits = _hidden.mm(_head.t()).to_type(ScalarType.Float64);
        var (p, best) = (logits.softmax(-1), logits.argmax(-1));
        _labels[3] = best[3];

        using var statistics = new HeadStatistics();
        var logProbs = CompletionLogProbs.Compute(_hidden, _head, _labels, 4 * Vocabulary * sizeof(float), statistics);

        Tensors.RelativeError(logProbs, Plain(_hidden.to_type(ScalarType.Float64), _head.to_type(ScalarType.Float64))).Should().BeLessThan(1e-6);
        Tensors.RelativeError(statistics.Entropy!, -(p * p.log()).sum([-1])).Should().BeLessThan(1e-6);
        statistics.IsTop!.data<bool>().ToArray().Should().Equal(best.eq(_labels).data<bool>().ToArray()).And.Contain(true).And.Contain(false);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(false, 11)]
    [InlineData(true, 3)]
    [InlineData(true, 11)]
    public void AGradientPassTellsWhichTokensAreOnTopAndNotTheEntropy(bool trainsHead, long rowsAtOnce)
    {
        _labels[3] = _hidden.mm(_head.t()).argmax(-1)[3];
        using var expected = new HeadStatistics();
        CompletionLogProbs.Compute(_hidden, _head, _labels, statistics: expected);
        using var statistics = new HeadStatistics();

        // A head that trains takes four times the budget at once.
        CompletionLogProbs.Compute(
            _hidden.Leaf(), trainsHead ? _head.Leaf() : _head, _labels, rowsAtOnce * Vocabulary * sizeof(float) / (trainsHead ? 4 : 1), statistics);

        statistics.IsTop!.data<bool>().ToArray().Should().Equal(expected.IsTop!.data<bool>().ToArray()).And.Contain(true).And.Contain(false);
        statistics.Entropy.Should().BeNull("it would cost several more passes over the logits");
    }

    [Fact]
    public void EntropyOfACertainDistributionIsZeroNotNaN()
    {
        var logits = tensor(new float[,] { { 200, 0, -200 } });
        var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(logits, eye(3), tensor(new long[] { 2 }));
        entropy.item<float>().Should().Be(0);
        logProbs.item<float>().Should().Be(-400);
    }

    [Fact]
    public void ATokenThatCannotBeAddsNothing()
    {
        var reader = new LabelReader(tensor(new long[] { 2 }), LogitDetails.Entropy);

        reader.Read(tensor(new float[,] { { 0, float.NegativeInfinity, 0 } }), 0);

        reader.LogProbs.item<float>().Should().BeApproximately(-MathF.Log(2), 1e-6f);
        reader.Entropy.item<float>().Should().BeApproximately(MathF.Log(2), 1e-6f);
    }

    [Fact]
    public void TheLogCollisionIsThatOfTwoDrawsThatAgree()
    {
        var p = _hidden.mm(_head.t()).to_type(ScalarType.Float64).softmax(-1);

        var actual = CompletionLogProbs.LogCollision(_hidden.Leaf(), _head, 4 * Vocabulary * sizeof(float));

        Tensors.RelativeError(actual, (p * p).sum([-1]).log()).Should().BeLessThan(1e-6);
        actual.requires_grad.Should().BeFalse();
        CompletionLogProbs.LogCollision(zeros(1, Width), _head).item<float>().Should().BeApproximately(-MathF.Log(Vocabulary), 1e-6f);
    }

    [Fact]
    public void NoRowsGiveNoValues()
    {
        var none = CompletionLogProbs.Compute(_hidden.narrow(0, 0, 0).Leaf(), _head.Leaf(), _labels.narrow(0, 0, 0));
        none.shape.Should().Equal(0);
        none.sum().backward();
        BackwardPass.ThrowIfFailed();
    }

    private Tensor Plain(Tensor h, Tensor w) => h.mm(w.t()).log_softmax(-1).gather(1, _labels.unsqueeze(1)).squeeze(1);
}
