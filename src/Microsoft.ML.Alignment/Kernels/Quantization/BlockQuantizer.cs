namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes float32 values in GGML's blocks.</summary>
internal static class BlockQuantizer
{
    private const int BlocksTogether = 64;

    private delegate void BlockEncoder(ReadOnlySpan<float> values, Span<byte> block);

    private static readonly Dictionary<TensorEncoding, BlockEncoder> Encoders = new()
    {
        [TensorEncoding.Q8_0] = Q8Quantizer.Encode,
        [TensorEncoding.Q4_0] = ScaledQuantizer.Encode4,
        [TensorEncoding.Q5_0] = ScaledQuantizer.Encode5,
        [TensorEncoding.Q4_1] = RangeQuantizer.Encode4,
        [TensorEncoding.Q5_1] = RangeQuantizer.Encode5,
        [TensorEncoding.Q4_K] = RangeSuperQuantizer.Encode4,
        [TensorEncoding.Q5_K] = RangeSuperQuantizer.Encode5,
        [TensorEncoding.Q6_K] = ScaledSuperQuantizer.Encode,
    };

    /// <summary>Whether values are encoded so.</summary>
    public static bool Encodes(TensorEncoding encoding) => Encoders.ContainsKey(encoding);

    /// <summary>Encodes whole blocks, several at a time; what comes out does not depend on how many.</summary>
    /// <param name="values">The values, all finite.</param>
    /// <param name="encoding">One that <see cref="Encodes"/> knows.</param>
    /// <param name="destination">As long as the values are in the encoding.</param>
    /// <exception cref="NotSupportedException">Values are not encoded so.</exception>
    public static void Encode(ReadOnlyMemory<float> values, TensorEncoding encoding, Memory<byte> destination)
    {
        if (!Encoders.TryGetValue(encoding, out var encode))
            throw new NotSupportedException($"Values are not encoded in {encoding}; blocks are encoded in {string.Join(", ", Encoders.Keys)}.");
        var (elements, bytes) = (BlockQuantization.ElementsPerBlock(encoding), BlockQuantization.BytesPerBlock(encoding));
        var blocks = values.Length / elements;
        Parallel.For(0, (blocks + BlocksTogether - 1) / BlocksTogether, part =>
        {
            for (var block = part * BlocksTogether; block < Math.Min(blocks, (part + 1) * BlocksTogether); block++)
                encode(values.Span.Slice(block * elements, elements), destination.Span.Slice(block * bytes, bytes));
        });
    }
}
