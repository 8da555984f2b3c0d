using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes blocks of 32 values as signed bytes: the largest becomes 127.</summary>
internal static class Q8Quantizer
{
    /// <summary>Encodes a block.</summary>
    /// <param name="values">32 values.</param>
    /// <param name="block">Its 34 bytes.</param>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> block)
    {
        var scale = TensorPrimitives.MaxMagnitude(values) is var largest ? Math.Abs(largest) / 127 : 0;
        var inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        var codes = MemoryMarshal.Cast<byte, sbyte>(block[2..]);
        for (var i = 0; i < values.Length; i++)
            codes[i] = (sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
    }
}
