using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes blocks of 32 values as whole numbers from 0 with a scale and a minimum: Q4_1 and Q5_1.</summary>
internal static class RangeQuantizer
{
    /// <summary>Encodes a block with codes of 4 bits.</summary>
    /// <param name="values">32 values.</param>
    /// <param name="block">Its 20 bytes.</param>
    public static void Encode4(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 15, block[..4], [], block[4..]);

    /// <summary>Encodes a block with codes of 5 bits.</summary>
    /// <param name="values">32 values.</param>
    /// <param name="block">Its 24 bytes.</param>
    public static void Encode5(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 31, block[..4], block[4..8], block[8..]);

    private static void Encode(ReadOnlySpan<float> values, int most, Span<byte> range, Span<byte> fifth, Span<byte> nibbles)
    {
        var (scale, minimum) = RangeSearch.Find(values, most, minimumIsNegative: false);
        var (storedScale, storedMinimum) = ((Half)scale, (Half)minimum);
        BinaryPrimitives.WriteHalfLittleEndian(range, storedScale);
        BinaryPrimitives.WriteHalfLittleEndian(range[2..], storedMinimum);
        Span<sbyte> codes = stackalloc sbyte[SmallBlocks.Elements];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = (sbyte)RangeSearch.Code(values[i], (float)storedScale, (float)storedMinimum, most);
        NibblePacking.Pack(codes, fifth, nibbles);
    }
}
