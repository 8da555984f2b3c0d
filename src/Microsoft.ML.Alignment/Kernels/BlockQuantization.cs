using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Decodes stored values to float32, exactly as GGML defines its blocks; stored values are little-endian.</summary>
internal static class BlockQuantization
{
    private const int BlockElements = 32;
    private const int HalfBlock = BlockElements / 2;

    /// <summary>Elements that are encoded together; a row holds whole blocks.</summary>
    public static int ElementsPerBlock(TensorEncoding encoding) =>
        encoding is TensorEncoding.F32 or TensorEncoding.F16 or TensorEncoding.BF16 ? 1 : BlockElements;

    /// <summary>Bytes of one block.</summary>
    public static int BytesPerBlock(TensorEncoding encoding) => encoding switch
    {
        TensorEncoding.F32 => 4,
        TensorEncoding.F16 or TensorEncoding.BF16 => 2,
        TensorEncoding.Q8_0 => 2 + BlockElements,
        TensorEncoding.Q4_0 => 2 + HalfBlock,
        TensorEncoding.Q4_1 => 4 + HalfBlock,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, $"The encoding {encoding} is unknown."),
    };

    /// <summary>Bytes that a number of elements takes.</summary>
    /// <exception cref="ArgumentException">The elements are not whole blocks.</exception>
    /// <exception cref="OverflowException">More bytes than a long counts.</exception>
    public static long BytesOf(TensorEncoding encoding, long elementCount)
    {
        var (blocks, rest) = Math.DivRem(elementCount, ElementsPerBlock(encoding));
        return rest == 0
            ? checked(blocks * BytesPerBlock(encoding))
            : throw new ArgumentException(
                $"{elementCount} elements are not whole blocks of {ElementsPerBlock(encoding)} in {encoding}.", nameof(elementCount));
    }

    /// <summary>Bytes that a tensor takes.</summary>
    /// <inheritdoc cref="BytesOf(TensorEncoding, long)" path="/exception"/>
    public static long BytesOf(TensorEncoding encoding, ReadOnlySpan<long> shape) => BytesOf(encoding, ElementsOf(shape));

    /// <summary>Elements that a shape has.</summary>
    /// <exception cref="OverflowException">More than a long counts.</exception>
    public static long ElementsOf(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
            count = checked(count * size);
        return count;
    }

    /// <summary>Decodes whole blocks.</summary>
    /// <param name="encoding">Encoding of the source.</param>
    /// <param name="source">Exactly the bytes of the destination's elements.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
    public static void Decode(TensorEncoding encoding, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (source.Length != BytesOf(encoding, destination.Length))
            throw new ArgumentException(
                $"{source.Length} bytes were given for {destination.Length} elements in {encoding}, which take " +
                $"{BytesOf(encoding, destination.Length)}.", nameof(source));
        switch (encoding)
        {
            case TensorEncoding.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorEncoding.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case TensorEncoding.BF16:
                BrainFloat.Widen(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            default:
                DecodeBlocks(encoding, source, destination);
                break;
        }
    }

    private static void DecodeBlocks(TensorEncoding encoding, ReadOnlySpan<byte> source, Span<float> destination)
    {
        var bytes = BytesPerBlock(encoding);
        for (; destination.Length > 0; source = source[bytes..], destination = destination[BlockElements..])
        {
            var scale = (float)MemoryMarshal.Read<Half>(source);
            if (encoding == TensorEncoding.Q8_0)
                DecodeBytes(source[2..bytes], scale, destination);
            else if (encoding == TensorEncoding.Q4_0)
                DecodeNibbles(source[2..bytes], scale, zero: 8, minimum: 0, destination);
            else
                DecodeNibbles(source[4..bytes], scale, zero: 0, minimum: (float)MemoryMarshal.Read<Half>(source[2..]), destination);
        }
    }

    private static void DecodeBytes(ReadOnlySpan<byte> source, float scale, Span<float> destination)
    {
        for (var i = 0; i < BlockElements; i += Vector256<float>.Count)
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
}
