using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Rotates queries and keys by their positions (Su et al., 2021, arXiv:2104.09864), half rotation as in GPT-NeoX and Llama.
/// </summary>
internal static class RotaryEmbedding
{
    /// <summary>Rotates the first <c>rot</c> dimensions of each head, pairing dimension i with i + rot/2; the others pass.</summary>
    /// <param name="x">Shape <c>[N, H, hd]</c>.</param>
    /// <param name="cos">Cosines, both halves equal. Shape <c>[N, 1, rot]</c>, rot even and at most hd.</param>
    /// <param name="sin">Sines likewise.</param>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        var (width, rotated) = (x.shape[^1], cos.shape[^1]);
        if (rotated > width || rotated % 2 != 0)
            throw new ArgumentException($"{rotated} rotary dimensions were given for heads of {width}; an even number up to that is allowed.",
                nameof(cos));
        using var scope = NewDisposeScope();
        var turning = rotated == width ? x : x.narrow(-1, 0, rotated);
        var (first, second) = (turning.narrow(-1, 0, rotated / 2), turning.narrow(-1, rotated / 2, rotated / 2));
        var turned = (turning * cos).PlusInPlace(cat([second.neg(), first], -1).mul_(sin)).to_type(x.dtype);
        if (rotated < width)
            turned = cat([turned, x.narrow(-1, rotated, width - rotated)], -1);
        return turned.MoveToOuterDisposeScope();
    }
}
