using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Decodes the encodings of GGML whose blocks have 256 values in parts with scales of their own, each step rounded as there: a part's scale is
/// the block's times a small whole number.
/// </summary>
internal static class SuperBlocks
{
    /// <summary>Values of a block.</summary>
    public const int Elements = 256;

    /// <summary>Decodes one block.</summary>
    /// <param name="encoding">One of those encodings.</param>
    /// <param name="block">The bytes of the block.</param>
    /// <param name="values">Its 256 values.</param>
    public static void Decode(TensorEncoding encoding, ReadOnlySpan<byte> block, Span<float> values)
    {
        switch (encoding)
        {
            case TensorEncoding.Q2_K:
                Decode2(block, values);
                break;
            case TensorEncoding.Q3_K:
                Decode3(block, values);
                break;
            case TensorEncoding.Q4_K:
                Decode4Or5(block[..16], block[16..], [], values);
                break;
            case TensorEncoding.Q5_K:
                Decode4Or5(block[..16], block[48..], block[16..48], values);
                break;
            case TensorEncoding.Q6_K:
                Decode6(block, values);
                break;
            case TensorEncoding.IQ4_XS:
                DecodeTable(block, values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, $"{encoding} has no blocks of {Elements} values.");
        }
    }

    // 16 bytes of scales (low half) and minima (high half) of 16 values each, 64 bytes of 2 bits, scale and minimum of the block.
    private static void Decode2(ReadOnlySpan<byte> block, Span<float> values)
    {
        var scales = block[..16];
        var bits = block[16..80];
        var (scale, minimum) = (HalfAt(block, 80), HalfAt(block, 82));
        for (var i = 0; i < Elements; i++)
        {
            var part = scales[i / 16];
            values[i] = (scale * (part & 0xF) * TwoBits(bits, i)) - (minimum * (part >> 4));
        }
    }

    // 32 bytes of third bits, 64 bytes of 2 bits, 12 bytes of 16 scales of 6 bits, scale of the block.
    private static void Decode3(ReadOnlySpan<byte> block, Span<float> values)
    {
        var third = block[..32];
        var bits = block[32..96];
        var scales = block[96..108];
        var scale = HalfAt(block, 108);
        for (var i = 0; i < Elements; i++)
        {
            var part = i / 16;
            var low = part < 8 ? scales[part] & 0xF : scales[part - 8] >> 4;
            var high = (scales[8 + (part % 4)] >> (2 * (part / 4))) & 3;
            var isAbsent = ((third[i % 32] >> (i / 32)) & 1) == 0;
            values[i] = scale * ((low | (high << 4)) - 32) * (TwoBits(bits, i) - (isAbsent ? 4 : 0));
        }
    }

    // Scale and minimum of the block, 12 bytes of 8 scales and 8 minima of 6 bits; 128 bytes of 4 bits and, of Q5_K, 32 bytes of fifth bits.
    private static void Decode4Or5(ReadOnlySpan<byte> head, ReadOnlySpan<byte> nibbles, ReadOnlySpan<byte> fifth, Span<float> values)
    {
        var packed = head[4..16];
        var (scale, minimum) = (HalfAt(head, 0), HalfAt(head, 2));
        for (var part = 0; part < 8; part++)
        {
            var (ofScale, ofMinimum) = SixBits(packed, part);
            var (partScale, partMinimum) = (scale * ofScale, minimum * ofMinimum);
            for (var i = 0; i < 32; i++)
            {
                var value = (nibbles[(part / 2 * 32) + i] >> (part % 2 * 4)) & 0xF;
                if (fifth.Length > 0)
                    value |= ((fifth[i] >> part) & 1) << 4;
                values[(part * 32) + i] = (partScale * value) - partMinimum;
            }
        }
    }

    private static (int Scale, int Minimum) SixBits(ReadOnlySpan<byte> packed, int part) => part < 4
        ? (packed[part] & 0x3F, packed[part + 4] & 0x3F)
        : ((packed[part + 4] & 0xF) | ((packed[part - 4] >> 2) & 0x30), (packed[part + 4] >> 4) | ((packed[part] >> 2) & 0x30));

    // 128 bytes of 4 bits, 64 bytes of 2 bits above them, 16 scales, scale of the block.
    private static void Decode6(ReadOnlySpan<byte> block, Span<float> values)
    {
        var low = block[..128];
        var high = block[128..192];
        var scales = MemoryMarshal.Cast<byte, sbyte>(block[192..208]);
        var scale = HalfAt(block, 208);
        for (var i = 0; i < Elements; i++)
        {
            var nibble = (low[(i / 128 * 64) + (i % 64)] >> (i % 128 / 64 * 4)) & 0xF;
            values[i] = scale * scales[i / 16] * ((nibble | (TwoBits(high, i) << 4)) - 32);
        }
    }

    // Scale of the block, 8 scales of 6 bits in 2 bytes of high and 4 bytes of low bits, 128 bytes of places in a table.
    private static void DecodeTable(ReadOnlySpan<byte> block, Span<float> values)
    {
        var lowBits = block[4..8];
        var places = block[8..];
        var (scale, highBits) = (HalfAt(block, 0), MemoryMarshal.Read<ushort>(block[2..]));
        for (var part = 0; part < 8; part++)
        {
            var low = (lowBits[part / 2] >> (part % 2 * 4)) & 0xF;
            var partScale = scale * ((low | (((highBits >> (2 * part)) & 3) << 4)) - 32);
            SmallBlocks.DecodeTable(places.Slice(part * 16, 16), partScale, values.Slice(part * 32, 32));
        }
    }

    // Four values stand in a byte, 32 apart from each other.
    private static int TwoBits(ReadOnlySpan<byte> bits, int i) => (bits[(i / 128 * 32) + (i % 32)] >> (i % 128 / 32 * 2)) & 3;

    private static float HalfAt(ReadOnlySpan<byte> bytes, int at) => (float)MemoryMarshal.Read<Half>(bytes[at..]);
}
