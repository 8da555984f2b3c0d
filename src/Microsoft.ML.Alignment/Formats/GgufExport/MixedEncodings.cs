using System.Globalization;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>
/// The mixtures that llama.cpp calls Q4_K_M and Q5_K_M: values of attention and the last matrix of the feed-forward block have 6 bits in
/// the first and last eighth of the layers and in every third between.
/// </summary>
/// <param name="usual">That of most matrices.</param>
/// <param name="fused">That of one matrix for queries, keys and values.</param>
internal sealed class MixedEncodings(TensorEncoding usual, TensorEncoding fused) : QuantizedEncodings(usual)
{
    /// <inheritdoc/>
    protected override TensorEncoding? OfLayer(string name, int layers) => name.Split('.') switch
    {
        ["blk", _, "attn_qkv", "weight"] => fused,
        ["blk", var layer, "attn_v" or "ffn_down", "weight"] when HasMoreBits(int.Parse(layer, CultureInfo.InvariantCulture), layers) =>
            TensorEncoding.Q6_K,
        _ => null,
    };

    private static bool HasMoreBits(int layer, int layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - (layers / 8)) % 3 == 2;
}
