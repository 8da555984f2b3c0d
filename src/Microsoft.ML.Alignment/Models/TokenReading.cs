using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// The distributions at M completion tokens of one <see cref="ForwardResult"/>: p = softmax(logits / temperature). Values are in nats and
/// float32; logits of all tokens never exist at once.
/// </summary>
internal sealed class TokenReading
{
    private readonly PackedTargets _targets;
    private readonly Tensor _hidden; // [K, D], of the distinct targets
    private readonly Tensor _head; // [V, D]
    private readonly double? _softCap;

    /// <param name="targets">The tokens.</param>
    /// <param name="hidden">Hidden states of the distinct targets as the head reads them. Shape <c>[K, D]</c>.</param>
    /// <param name="head">The head.</param>
    /// <param name="pass">Precision.</param>
    /// <param name="temperature">What logits are divided by.</param>
    /// <param name="softCap">c where logits x become c · tanh(x / c) before they are divided; null if they do not.</param>
    public TokenReading(
        PackedTargets targets, Tensor hidden, LinearGroup head, ForwardPass pass, double temperature, double? softCap)
    {
        // Logits are linear in the rows, which are fewer numbers and are float32 here.
        _hidden = pass.Narrow(temperature == 1 ? hidden : hidden.Over(temperature));
        (_targets, _head, _softCap) = (targets, pass.Matrix(head), softCap / temperature);
    }

    /// <summary>Computes the log-probabilities of the tokens. Shape <c>[M]</c>.</summary>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    public Tensor LogProbs(HeadStatistics? statistics = null)
    {
        using var scope = NewDisposeScope();
        var logProbs = CompletionLogProbs.Compute(_hidden, _head, Labels, statistics: statistics, softCap: _softCap);
        return Spread(logProbs, statistics).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes the log-probabilities of the tokens and the entropies of the distributions that they are of, in one pass through the head
    /// and with gradients of both. Shapes <c>[M]</c>.
    /// </summary>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    public (Tensor LogProbs, Tensor Entropy) LogProbsAndEntropy(HeadStatistics? statistics = null)
    {
        using var scope = NewDisposeScope();
        var (logProbs, entropy) = CompletionLogProbs.ComputeWithEntropy(_hidden, _head, Labels, statistics: statistics, softCap: _softCap);
        return (Spread(logProbs, statistics).MoveToOuterDisposeScope(), _targets.Distinct.Spread(entropy).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Computes the log-probabilities that two draws in the tokens' places agree, log Σ_v p(v)², without gradient. Shape <c>[M]</c>.
    /// </summary>
    public Tensor LogCollision()
    {
        using var scope = NewDisposeScope();
        return _targets.Distinct.Spread(CompletionLogProbs.LogCollision(_hidden, _head, softCap: _softCap)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the log-probabilities of the completions. Shapes <c>[S]</c>.</summary>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    public SequenceLogProbs Sequences(HeadStatistics? statistics = null)
    {
        using var scope = NewDisposeScope();
        var tokens = LogProbs(statistics); // [M]
        var sums = SequenceLogProbs.SumBySequence(tokens, _targets.Sequences, _targets.SequenceCount); // [S]
        var counts = tensor(_targets.TokenCounts, device: tokens.device).to_type(ScalarType.Float32); // [S]
        return new(sums.MoveToOuterDisposeScope(), counts.MoveToOuterDisposeScope());
    }

    private Tensor Labels => tensor(_targets.Distinct.Labels, device: _hidden.device);

    private Tensor Spread(Tensor logProbs, HeadStatistics? statistics)
    {
        var ofTargets = _targets.Distinct.Spread(logProbs);
        statistics?.Spread(ofTargets, _targets.Distinct);
        return ofTargets;
    }
}
