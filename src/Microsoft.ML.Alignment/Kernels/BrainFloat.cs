using System.Runtime.Intrinsics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>bfloat16 values as bits: the upper half of a float32.</summary>
internal static class BrainFloat
{
    /// <summary>Converts to float32, exactly.</summary>
    /// <param name="source">Values.</param>
    /// <param name="destination">As many.</param>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Create(source[i..]));
            (lower << 16).CopyTo(bits[i..]);
            (upper << 16).CopyTo(bits[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
            bits[i] = (uint)source[i] << 16;
    }

    /// <summary>Converts from float32 to the nearest value, ties to even.</summary>
    /// <param name="source">Values.</param>
    /// <param name="destination">As many.</param>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var lower = Narrow(Vector256.Create(bits[i..]));
            var upper = Narrow(Vector256.Create(bits[(i + Vector256<uint>.Count)..]));
            Vector256.Narrow(lower, upper).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
            destination[i] = (ushort)Narrow(Vector256.CreateScalar(bits[i]))[0];
    }

    // A NaN whose bits are all in the lower half would turn into an infinity; it becomes a quiet one.
    private static Vector256<uint> Narrow(Vector256<uint> bits)
    {
        const uint quiet = 0x0040, halfBelow = 0x7FFF;
        var rounded = (bits + Vector256.Create(halfBelow) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        var values = bits.AsSingle();
        return Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), rounded, (bits >> 16) | Vector256.Create(quiet));
    }
}
