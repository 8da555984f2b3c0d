using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes blocks of 256 values in 8 parts, each with a scale and a minimum of 6 bits: Q4_K and Q5_K.</summary>
internal static class RangeSuperQuantizer
{
    private const int Parts = 8;
    private const int PartElements = SuperBlocks.Elements / Parts;

    /// <summary>Encodes a block with codes of 4 bits.</summary>
    /// <param name="values">256 values.</param>
    /// <param name="block">Its 144 bytes.</param>
    public static void Encode4(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 15, block[..16], [], block[16..]);

    /// <summary>Encodes a block with codes of 5 bits.</summary>
    /// <param name="values">256 values.</param>
    /// <param name="block">Its 176 bytes.</param>
    public static void Encode5(ReadOnlySpan<float> values, Span<byte> block) => Encode(values, 31, block[..16], block[16..48], block[48..]);

    private static void Encode(ReadOnlySpan<float> values, int most, Span<byte> head, Span<byte> fifth, Span<byte> nibbles)
    {
        Span<(float Scale, float Minimum)> wanted = stackalloc (float, float)[Parts];
        var (largestScale, largestMinimum) = (0f, 0f);
        for (var part = 0; part < Parts; part++)
        {
            wanted[part] = RangeSearch.Find(values.Slice(part * PartElements, PartElements), most, minimumIsNegative: true);
            largestScale = MathF.Max(largestScale, wanted[part].Scale);
            largestMinimum = MathF.Max(largestMinimum, -wanted[part].Minimum);
        }

        var (scale, minimum) = ((Half)(largestScale / PartRange.Most), (Half)(largestMinimum / PartRange.Most));
        BinaryPrimitives.WriteHalfLittleEndian(head, scale);
        BinaryPrimitives.WriteHalfLittleEndian(head[2..], minimum);
        head[4..].Clear();
        fifth.Clear();
        nibbles.Clear();
        for (var part = 0; part < Parts; part++)
        {
            var ofPart = values.Slice(part * PartElements, PartElements);
            var range = PartRange.Nearest(ofPart, wanted[part], ((float)scale, (float)minimum), most);
            WriteRange(head[4..], part, range);
            WriteCodes(ofPart, (range.Scale * (float)scale, -(range.Minimum * (float)minimum)), most, part, fifth, nibbles);
        }
    }

    // The first four parts have a byte for each number; the upper two bits of those bytes belong to the last four.
    private static void WriteRange(Span<byte> packed, int part, PartRange range)
    {
        if (part < Parts / 2)
        {
            packed[part] |= (byte)range.Scale;
            packed[part + 4] |= (byte)range.Minimum;
            return;
        }

        packed[part + 4] = (byte)((range.Scale & 0xF) | ((range.Minimum & 0xF) << 4));
        packed[part - 4] |= (byte)((range.Scale >> 4) << 6);
        packed[part] |= (byte)((range.Minimum >> 4) << 6);
    }

    private static void WriteCodes(
        ReadOnlySpan<float> values, (float Scale, float Minimum) range, int most, int part, Span<byte> fifth, Span<byte> nibbles)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var code = RangeSearch.Code(values[i], range.Scale, range.Minimum, most);
            nibbles[(part / 2 * PartElements) + i] |= (byte)((code & 0xF) << (part % 2 * 4));
            if (fifth.Length > 0)
                fifth[i] |= (byte)((code >> 4) << part);
        }
    }
}
