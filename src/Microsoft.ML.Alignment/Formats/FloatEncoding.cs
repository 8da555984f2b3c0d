using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Encodes float32 values in the types of checkpoints: nearest value, ties to even.</summary>
internal static class FloatEncoding
{
    /// <summary>Encodes values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="encoding">F32, F16 or BF16.</param>
    /// <param name="destination">As long as the values are in the encoding.</param>
    /// <exception cref="NotSupportedException">A block encoding.</exception>
    public static void Encode(ReadOnlySpan<float> values, TensorEncoding encoding, Span<byte> destination)
    {
        switch (encoding)
        {
            case TensorEncoding.F32:
                MemoryMarshal.AsBytes(values).CopyTo(destination);
                break;
            case TensorEncoding.F16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case TensorEncoding.BF16:
                BrainFloat.Narrow(values, MemoryMarshal.Cast<byte, ushort>(destination));
                break;
            default:
                throw new NotSupportedException(
                    $"Values are not encoded in {encoding}; checkpoints are written in {string.Join(", ", SafetensorsTypes.All)}.");
        }
    }
}
