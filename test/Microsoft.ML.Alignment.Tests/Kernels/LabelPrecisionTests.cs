using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

/// <summary>Fifty thousand exponentials are summed without losing the many small ones.</summary>
public sealed class LabelPrecisionTests
{
    private const int Rows = 24, Vocabulary = 50_000;

    [Fact]
    public void LogProbsEntropiesAndCollisionsOverALargeVocabularyHaveNoBias()
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();

        // A few likely tokens and a long tail, as language models have; the label is likely, so that its log-prob is a small number.
        var logits = Tensors.Random(1, Rows, Vocabulary) * 2;
        var labels = arange(Rows, ScalarType.Int64);
        logits.scatter_(1, labels.unsqueeze(1), full([Rows, 1], 12f));
        var exact = logits.to_type(ScalarType.Float64).log_softmax(1);
        var reader = new LabelReader(labels, LogitDetails.Entropy | LogitDetails.LogCollision);
        reader.Read(logits.clone(), 0);

        var errors = reader.LogProbs.to_type(ScalarType.Float64) - exact.gather(1, labels.unsqueeze(1)).squeeze(1);
        Math.Abs(errors.mean().item<double>()).Should().BeLessThan(5e-8);
        errors.abs().max().item<double>().Should().BeLessThan(3e-7);
        Tensors.RelativeError(reader.Entropy, -(exact.exp() * exact).sum([1L])).Should().BeLessThan(5e-7);
        Tensors.RelativeError(reader.LogCollision, (exact * 2).logsumexp(1)).Should().BeLessThan(5e-7);
    }
}
