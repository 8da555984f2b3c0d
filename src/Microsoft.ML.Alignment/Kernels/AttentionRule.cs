using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>How the rows of a layer attend.</summary>
/// <param name="Scale">What products of queries and keys are multiplied by; null for 1 / √hd.</param>
/// <param name="SoftCap">c where scores x become c · tanh(x / c) (Gemma Team, 2024, arXiv:2408.00118); null if they do not.</param>
/// <param name="Window">Positions that a row sees, its own included; null for all of its sequence before it.</param>
internal sealed record AttentionRule(double? Scale = null, double? SoftCap = null, int? Window = null)
{
    /// <summary>Gets the rule of most models.</summary>
    public static AttentionRule Plain { get; } = new();

    /// <summary>What products are multiplied by.</summary>
    /// <param name="width">Width of a head, hd.</param>
    public double ScaleOf(long width) => Scale ?? Math.Pow(width, -0.5);

    /// <summary>Scores as they go into the softmax, before masks.</summary>
    public Tensor Capped(Tensor scores) => SoftCap is { } cap ? scores.Over(cap).tanh().Times(cap) : scores;

    /// <summary>The window; null where it hides nothing of some keys.</summary>
    public int? WindowWithin(long keys) => Window < keys ? Window : null;
}
