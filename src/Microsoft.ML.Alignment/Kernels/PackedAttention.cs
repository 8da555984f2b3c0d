using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Exact attention over packed rows: a row sees the prefix, its own prompt and its own completion, causally.</summary>
internal static class PackedAttention
{
    // Up to these key lengths plain products beat the fused kernel on CPUs: it works in large blocks and its bfloat16 is not accelerated.
    private const int LongestForFloat32Products = 256;
    private const int LongestForBFloat16Products = 512;

    /// <summary>Attends within sequences. KV heads may be fewer than query heads: head h uses KV head h · KV / H.</summary>
    /// <param name="q">Queries. Shape <c>[N, H, hd]</c>.</param>
    /// <param name="k">Keys. Shape <c>[N, KV, hd]</c>.</param>
    /// <param name="v">Values. Shape <c>[N, KV, hd]</c>.</param>
    /// <param name="rows">How the rows form sequences.</param>
    /// <param name="masks">The masks of the pass, which all its layers share.</param>
    /// <param name="rule">How rows attend; null for the plain rule.</param>
    /// <returns>Shape <c>[N, H·hd]</c>.</returns>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, PackedRows rows, AttentionMasks masks, AttentionRule? rule = null)
    {
        using var scope = NewDisposeScope();
        rule ??= AttentionRule.Plain;
        var parts = rows.Attention.Segments.Select(segment => AttendSegment(q, k, v, masks, segment, rule)).ToList(); // [L, KV, G, hd] each
        var all = parts.Count == 1 ? parts[0] : cat(parts, 0);
        return all.reshape(q.shape[0], q.shape[1] * q.shape[2]).MoveToOuterDisposeScope();
    }

    /// <summary>The most keys that are attended to with all scores in memory.</summary>
    public static int MostKeysWithScores(ScalarType type) =>
        type == ScalarType.BFloat16 ? LongestForBFloat16Products : LongestForFloat32Products;

    private static Tensor AttendSegment(Tensor q, Tensor k, Tensor v, AttentionMasks masks, AttentionSegment segment, AttentionRule rule)
    {
        var heads = k.shape[1];
        var queries = q.narrow(0, segment.Start, segment.Length)
            .reshape(segment.Length, heads, q.shape[1] / heads, q.shape[2])
            .permute(1, 2, 0, 3); // [KV, G, L, hd]
        var (keys, values) = (Seen(k, segment), Seen(v, segment)); // [KV, keys, hd]
        var window = rule.WindowWithin(segment.KeyLength);
        Tensor Mask() => masks.Of(segment, window, q.dtype, q.device);
        var prefersFused = PlainKernels.AreForced || q.device_type is DeviceType.CUDA or DeviceType.MPS;
        var useProducts = rule.SoftCap is not null || (!prefersFused && segment.KeyLength <= MostKeysWithScores(q.dtype));
        var result = useProducts
            ? WithProducts(queries, keys, values, Mask(), rule)
            : WithFusedKernel(queries, keys, values, segment.IsPlainCausal && window is null ? null : Mask(), rule);
        return result.permute(2, 0, 1, 3); // [L, KV, G, hd]
    }

    private static Tensor Seen(Tensor all, AttentionSegment segment)
    {
        var own = all.narrow(0, segment.Start, segment.Length);
        var seen = segment.OuterLength == 0 ? own : cat([all.narrow(0, 0, segment.OuterLength), own], 0);
        return seen.transpose(0, 1);
    }

    // KV heads stand where the kernel expects the batch, so that the query heads of a group share keys without copies.
    internal static Tensor WithFusedKernel(Tensor queries, Tensor keys, Tensor values, Tensor? mask, AttentionRule? rule = null)
    {
        var width = queries.shape[3];
        if (rule?.Scale is { } scale)
            queries = queries.Times(scale * Math.Sqrt(width)); // the kernel divides by the root
        var (sharedKeys, sharedValues) = (keys.unsqueeze(1), values.unsqueeze(1));
        var (heads, group) = (queries.shape[0], queries.shape[1]);
        return nn.functional.scaled_dot_product_attention(
            queries,
            sharedKeys.expand(heads, group, keys.shape[1], keys.shape[2]),
            sharedValues.expand(heads, group, keys.shape[1], keys.shape[2]),
            mask, is_casual: mask is null);
    }

    internal static Tensor WithProducts(Tensor queries, Tensor keys, Tensor values, Tensor mask, AttentionRule? rule = null)
    {
        rule ??= AttentionRule.Plain;
        var (heads, group, rows, width) = (queries.shape[0], queries.shape[1], queries.shape[2], queries.shape[3]);
        var folded = queries.Times(rule.ScaleOf(width)).reshape(heads, group * rows, width);
        var scores = rule.Capped(folded.bmm(keys.transpose(1, 2))).view(heads, group, rows, keys.shape[1]); // [KV, G, L, keys]
        var shares = scores.PlusInPlace(mask).softmax(-1).view(heads, group * rows, keys.shape[1]);
        return shares.bmm(values).view(heads, group, rows, width);
    }
}
