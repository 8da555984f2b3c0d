using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Decodes the encodings of GGML whose blocks have 32 values with one scale, each step rounded as there.</summary>
internal static class SmallBlocks
{
    /// <summary>Values of a block.</summary>
    public const int Elements = 32;

    private const int HalfBlock = Elements / 2;

    private static ReadOnlySpan<sbyte> Table => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Decodes one block.</summary>
    /// <param name="encoding">One of those encodings.</param>
    /// <param name="block">The bytes of the block.</param>
    /// <param name="values">Its 32 values.</param>
    public static void Decode(TensorEncoding encoding, ReadOnlySpan<byte> block, Span<float> values)
    {
        var scale = HalfAt(block, 0);
        switch (encoding)
        {
            case TensorEncoding.Q8_0:
                DecodeBytes(block[2..], scale, values);
                break;
            case TensorEncoding.Q4_0:
                DecodeNibbles(block[2..], scale, zero: 8, minimum: 0, values);
                break;
            case TensorEncoding.Q4_1:
                DecodeNibbles(block[4..], scale, zero: 0, minimum: HalfAt(block, 2), values);
                break;
            case TensorEncoding.Q5_0:
                DecodeFiveBits(block[6..], MemoryMarshal.Read<uint>(block[2..]), scale, zero: 16, minimum: 0, values);
                break;
            case TensorEncoding.Q5_1:
                DecodeFiveBits(block[8..], MemoryMarshal.Read<uint>(block[4..]), scale, zero: 0, minimum: HalfAt(block, 2), values);
                break;
            case TensorEncoding.IQ4_NL:
                DecodeTable(block[2..], scale, values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding), encoding, $"{encoding} has no blocks of {Elements} values.");
        }
    }

    /// <summary>Decodes 16 bytes, each with two places in a table: the low ones are the first half of the values.</summary>
    public static void DecodeTable(ReadOnlySpan<byte> places, float scale, Span<float> values)
    {
        for (var i = 0; i < HalfBlock; i++)
            (values[i], values[i + HalfBlock]) = (scale * Table[places[i] & 0xF], scale * Table[places[i] >> 4]);
    }

    private static void DecodeFiveBits(ReadOnlySpan<byte> nibbles, uint fifth, float scale, int zero, float minimum, Span<float> values)
    {
        int Value(int nibble, int index) => (nibble | ((int)((fifth >> index) & 1) << 4)) - zero;
        for (var i = 0; i < HalfBlock; i++)
        {
            values[i] = (scale * Value(nibbles[i] & 0xF, i)) + minimum;
            values[i + HalfBlock] = (scale * Value(nibbles[i] >> 4, i + HalfBlock)) + minimum;
        }
    }

    private static void DecodeBytes(ReadOnlySpan<byte> source, float scale, Span<float> destination)
    {
        for (var i = 0; i < Elements; i += Vector256<float>.Count)
        {
            var wide = Vector128.WidenLower(Vector128.CreateScalar(MemoryMarshal.Read<long>(source[i..])).AsSByte());
            var (lower, upper) = Vector128.Widen(wide);
            (Vector256.ConvertToSingle(Vector256.Create(lower, upper)) * scale).CopyTo(destination[i..]);
        }
    }

    /// <summary>
    /// The low nibbles are the first half of the block, the high nibbles the second. Value: scale · (q − zero) + minimum, each step
    /// rounded.
    /// </summary>
    private static void DecodeNibbles(ReadOnlySpan<byte> source, float scale, int zero, float minimum, Span<float> destination)
    {
        for (var i = 0; i < HalfBlock; i += Vector256<float>.Count)
        {
            var bytes = Vector128.CreateScalar(MemoryMarshal.Read<ulong>(source[i..])).AsByte();
            var (lower, upper) = Vector128.Widen(Vector128.WidenLower(bytes));
            var wide = Vector256.Create(lower, upper).AsInt32();
            var low = Vector256.ConvertToSingle((wide & Vector256.Create(0xF)) - Vector256.Create(zero)) * scale;
            var high = Vector256.ConvertToSingle((wide >> 4) - Vector256.Create(zero)) * scale;
            (low + Vector256.Create(minimum)).CopyTo(destination[i..]);
            (high + Vector256.Create(minimum)).CopyTo(destination[(i + HalfBlock)..]);
        }
    }

    private static float HalfAt(ReadOnlySpan<byte> bytes, int at) => (float)MemoryMarshal.Read<Half>(bytes[at..]);
}
