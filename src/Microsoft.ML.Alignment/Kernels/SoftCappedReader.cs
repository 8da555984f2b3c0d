using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Has another reader read logits x as c · tanh(x / c) (Gemma Team, 2024, arXiv:2408.00118, sec. 2).</summary>
/// <param name="inner">The reader.</param>
/// <param name="cap">c; above 0.</param>
internal sealed class SoftCappedReader(LogitReader inner, double cap) : LogitReader
{
    /// <inheritdoc/>
    public override Tensor LogProbs => inner.LogProbs;

    /// <inheritdoc/>
    public override Tensor IsTop => inner.IsTop;

    /// <inheritdoc/>
    public override Tensor Entropy => inner.Entropy;

    /// <inheritdoc/>
    public override Tensor LogCollision => inner.LogCollision;

    /// <inheritdoc/>
    public override void Read(Tensor logits, long start, bool keeps = false)
    {
        using var scope = NewDisposeScope();
        inner.Read(Share(logits).TimesInPlace(cap), start);
    }

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start) => ByLogits(logits, capped => inner.IntoGradient(capped, start));

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start, Tensor gradients) =>
        ByLogits(logits, capped => inner.IntoGradient(capped, start, gradients));

    // d(c tanh(x / c)) / dx = 1 - tanh(x / c)².
    private Tensor ByLogits(Tensor logits, Func<Tensor, Tensor> gradientByCapped)
    {
        using var scope = NewDisposeScope();
        var share = Share(logits);
        var slope = share.Squared().neg_().PlusInPlace(1);
        return gradientByCapped(share.TimesInPlace(cap)).mul_(slope).to_type(logits.dtype).MoveToOuterDisposeScope();
    }

    // tanh(x / c), a tensor of its own, in float32 at least.
    private Tensor Share(Tensor logits) =>
        (logits.dtype == ScalarType.Float64 ? logits : logits.to_type(ScalarType.Float32)).Over(cap).tanh_();
}
