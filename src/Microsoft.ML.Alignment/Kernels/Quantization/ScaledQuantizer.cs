using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes blocks of 32 values as whole numbers around 0 with one scale: Q4_0 and Q5_0.</summary>
internal static class ScaledQuantizer
{
    /// <summary>Encodes a block with codes of 4 bits.</summary>
    /// <param name="values">32 values.</param>
    /// <param name="block">Its 18 bytes.</param>
    public static void Encode4(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 8, block[..2], [], block[2..]);

    /// <summary>Encodes a block with codes of 5 bits.</summary>
    /// <param name="values">32 values.</param>
    /// <param name="block">Its 22 bytes.</param>
    public static void Encode5(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 16, block[..2], block[2..6], block[6..]);

    private static void Encode(ReadOnlySpan<float> values, int zero, Span<byte> scale, Span<byte> fifth, Span<byte> nibbles)
    {
        Span<sbyte> codes = stackalloc sbyte[SmallBlocks.Elements];
        BinaryPrimitives.WriteHalfLittleEndian(scale, (Half)ScaleSearch.Find(values, -zero, zero - 1, codes));
        for (var i = 0; i < codes.Length; i++)
            codes[i] += (sbyte)zero;
        NibblePacking.Pack(codes, fifth, nibbles);
    }
}
