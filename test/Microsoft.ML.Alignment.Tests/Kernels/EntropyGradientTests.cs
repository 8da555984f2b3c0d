using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

/// <summary>Log-probabilities and entropies in one pass through the head, both with gradient; the plain twin of the reader of logits.</summary>
public sealed class EntropyGradientTests : IDisposable
{
    private const long Rows = 9, Width = 5, Vocabulary = 21;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _hidden = Tensors.Random(1, Rows, Width);
    private readonly Tensor _head = Tensors.Random(2, Vocabulary, Width);
    private readonly Tensor _labels = tensor(new long[] { 0, 20, 5, 5, 1, 7, 19, 3, 2 });

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false, 2)]
    [InlineData(false, 9)]
    [InlineData(true, 1)]
    [InlineData(true, 9)]
    public void ValuesAndGradientsAreThoseOfLogSoftmaxInDouble(bool trainsHead, long rowsAtOnce)
    {
        var (exactH, exactW) = (_hidden.to_type(ScalarType.Float64).Leaf(), _head.to_type(ScalarType.Float64).Leaf());
        var expected = Plain(exactH, exactW);
        var exact = Tensors.Gradients(expected, exactH, exactW);

        CompareWith(plain: false);
        PlainKernels.Run(() => CompareWith(plain: true));

        void CompareWith(bool plain)
        {
            var (h, w) = (_hidden.Leaf(), trainsHead ? _head.Leaf() : _head);
            using var statistics = new HeadStatistics();
            var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float), statistics);
            var actual = stack([logProbs, entropy]);
            Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6, "plain: {0}", plain);
            Tensors.RelativeError(statistics.Entropy!, expected[1]).Should().BeLessThan(1e-6);
            var ours = trainsHead ? Tensors.Gradients(actual, h, w) : Tensors.Gradients(actual, h);
            BackwardPass.ThrowIfFailed();
            for (var i = 0; i < ours.Length; i++)
                Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1e-6, "plain: {0}", plain);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void GradientsAreTheSlopesOfTheValuesInDouble(long rowsAtOnce)
    {
        const double step = 1e-5;
        var (hidden, head) = (_hidden.to_type(ScalarType.Float64).Leaf(), _head.to_type(ScalarType.Float64).Leaf());
        var direction = Tensors.Random(3, 2, Rows).to_type(ScalarType.Float64);
        Value(hidden, head).backward();
        BackwardPass.ThrowIfFailed();
        foreach (var (of, other) in new[] { (hidden, head), (head, hidden) })
            foreach (var (row, column) in new[] { (0, 0), (5, 3), (8, 4) })
            {
                var shift = zeros_like(of);
                shift[row, column] = step;
                using var noGradients = no_grad();
                var slope = (ValueAt(of + shift).item<double>() - ValueAt(of - shift).item<double>()) / (2 * step);
                of.grad![row, column].item<double>().Should().BeApproximately(slope, 1e-9);
                Tensor ValueAt(Tensor at) => ReferenceEquals(of, hidden) ? Value(at, other) : Value(other, at);
            }

        Tensor Value(Tensor h, Tensor w)
        {
            var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float));
            return (stack([logProbs, entropy]) * direction).sum();
        }
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 9)]
    public void TheKernelIsItsPlainTwinInBFloat16(bool trainsHead, long rowsAtOnce)
    {
        var kernel = Run();
        Tensor[] twin = [];
        PlainKernels.Run(() => twin = Run());
        for (var i = 0; i < kernel.Length; i++)
            Tensors.RelativeError(kernel[i], twin[i]).Should().BeLessThan(i == 0 ? 1e-6 : 1.0 / 128, "gradients are rounded to eight bits");

        Tensor[] Run()
        {
            var h = _hidden.bfloat16().Leaf();
            var w = trainsHead ? _head.bfloat16().Leaf() : _head.bfloat16();
            var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float));
            var both = stack([logProbs, entropy]);
            var gradients = trainsHead ? Tensors.Gradients(both, h, w) : Tensors.Gradients(both, h);
            BackwardPass.ThrowIfFailed();
            return [both, .. gradients];
        }
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 9)]
    public void LogProbsStatisticsAndCollisionsAreThoseOfTheirPlainTwin(bool trainsHead, long rowsAtOnce)
    {
        _labels[3] = _hidden.mm(_head.t()).argmax(-1)[3];
        var kernel = Run();
        Tensor[] twin = [];
        PlainKernels.Run(() => twin = Run());
        for (var i = 0; i < kernel.Length; i++)
            Tensors.RelativeError(kernel[i], twin[i]).Should().BeLessThan(1e-6);

        Tensor[] Run()
        {
            var (h, w) = (_hidden.Leaf(), trainsHead ? _head.Leaf() : _head);
            var statistics = new HeadStatistics();
            var logProbs = CompletionLogProbs.Compute(h, w, _labels, rowsAtOnce * Vocabulary * sizeof(float), statistics);
            var collision = CompletionLogProbs.LogCollision(h, w, rowsAtOnce * Vocabulary * sizeof(float));
            var gradients = trainsHead ? Tensors.Gradients(logProbs, h, w) : Tensors.Gradients(logProbs, h);
            BackwardPass.ThrowIfFailed();
            return [logProbs, statistics.IsTop!, collision, .. gradients];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATokenThatCannotBeAddsNothingToTheGradient(bool plain)
    {
        if (plain)
            PlainKernels.Run(Check);
        else
            Check();

        static void Check()
        {
            var logits = tensor(new float[,] { { 0, float.NegativeInfinity, 0 } }).Leaf();
            var reader = LogitReader.Of(logits, tensor(new long[] { 2 }), PlainKernels.Serve(logits));
            var slopes = reader.IntoGradient(logits.detach().clone(), 0, tensor(new float[,] { { 1 }, { 1e5f } }));
            slopes.data<float>().ToArray().Should().Equal([-0.5f, 0, 0.5f], "of equal tokens the entropy is greatest");
        }
    }

    [Fact]
    public void NoRowsGiveNoValues()
    {
        var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(
            _hidden.narrow(0, 0, 0).Leaf(), _head.Leaf(), _labels.narrow(0, 0, 0));
        (logProbs.shape, entropy.shape).Should().BeEquivalentTo((new long[] { 0 }, new long[] { 0 }));
        (logProbs.sum() + entropy.sum()).backward();
        BackwardPass.ThrowIfFailed();
    }

    private Tensor Plain(Tensor h, Tensor w)
    {
        var logProbs = h.mm(w.t()).log_softmax(-1);
        return stack([logProbs.gather(1, _labels.unsqueeze(1)).squeeze(1), -(logProbs.exp() * logProbs).sum([-1L])]);
    }
}
