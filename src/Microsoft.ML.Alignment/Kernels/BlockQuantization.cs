using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Decodes stored values to float32, exactly as GGML defines its blocks; stored values are little-endian.</summary>
internal static class BlockQuantization
{
    /// <summary>Elements that are encoded together; a row holds whole blocks.</summary>
    public static int ElementsPerBlock(TensorEncoding encoding) => encoding switch
    {
        TensorEncoding.F32 or TensorEncoding.F16 or TensorEncoding.BF16 => 1,
        TensorEncoding.Q2_K or TensorEncoding.Q3_K or TensorEncoding.Q4_K or TensorEncoding.Q5_K or TensorEncoding.Q6_K
            or TensorEncoding.IQ4_XS => SuperBlocks.Elements,
        _ => SmallBlocks.Elements,
    };

    /// <summary>Bytes of one block.</summary>
    public static int BytesPerBlock(TensorEncoding encoding) => encoding switch
    {
        TensorEncoding.F32 => 4,
        TensorEncoding.F16 or TensorEncoding.BF16 => 2,
        TensorEncoding.Q8_0 => 34,
        TensorEncoding.Q4_0 or TensorEncoding.IQ4_NL => 18,
        TensorEncoding.Q4_1 => 20,
        TensorEncoding.Q5_0 => 22,
        TensorEncoding.Q5_1 => 24,
        TensorEncoding.Q2_K => 84,
        TensorEncoding.Q3_K => 110,
        TensorEncoding.Q4_K => 144,
        TensorEncoding.Q5_K => 176,
        TensorEncoding.Q6_K => 210,
        TensorEncoding.IQ4_XS => 136,
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
        var (elements, bytes) = (ElementsPerBlock(encoding), BytesPerBlock(encoding));
        for (; destination.Length > 0; source = source[bytes..], destination = destination[elements..])
        {
            if (elements == SuperBlocks.Elements)
                SuperBlocks.Decode(encoding, source[..bytes], destination[..elements]);
            else
                SmallBlocks.Decode(encoding, source[..bytes], destination[..elements]);
        }
    }
}
