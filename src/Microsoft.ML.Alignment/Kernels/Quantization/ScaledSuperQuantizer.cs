using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Encodes blocks of 256 values in 16 parts, each with a scale of 8 bits, as codes of 6 bits around 0: Q6_K.</summary>
internal static class ScaledSuperQuantizer
{
    private const int Parts = 16;
    private const int PartElements = SuperBlocks.Elements / Parts;
    private const int Zero = 32;
    private const int LargestScale = 127;

    /// <summary>Encodes a block.</summary>
    /// <param name="values">256 values.</param>
    /// <param name="block">Its 210 bytes.</param>
    public static void Encode(ReadOnlySpan<float> values, Span<byte> block)
    {
        Span<float> wanted = stackalloc float[Parts];
        Span<sbyte> unused = stackalloc sbyte[PartElements];
        var largest = 0f;
        for (var part = 0; part < Parts; part++)
        {
            wanted[part] = ScaleSearch.Find(values.Slice(part * PartElements, PartElements), -Zero, Zero - 1, unused);
            largest = MathF.Max(largest, MathF.Abs(wanted[part]));
        }

        block.Clear();
        var unit = (Half)(largest / LargestScale);
        BinaryPrimitives.WriteHalfLittleEndian(block[208..], unit);
        var scales = MemoryMarshal.Cast<byte, sbyte>(block[192..208]);
        for (var part = 0; part < Parts; part++)
        {
            var ofPart = values.Slice(part * PartElements, PartElements);
            scales[part] = Nearest(ofPart, wanted[part], (float)unit);
            WriteCodes(ofPart, (float)unit * scales[part], part * PartElements, block);
        }
    }

    private static sbyte Nearest(ReadOnlySpan<float> values, float wanted, float unit)
    {
        var rounded = unit == 0 ? 0 : (int)Math.Clamp(MathF.Round(wanted / unit), -LargestScale, LargestScale);
        var (best, bestError) = (rounded, float.PositiveInfinity);
        for (var near = Math.Max(-LargestScale, rounded - 1); near <= Math.Min(LargestScale, rounded + 1); near++)
        {
            var error = 0f;
            foreach (var value in values)
            {
                var rest = value - (unit * near * Code(value, unit * near));
                error += rest * rest;
            }

            if (error < bestError)
                (best, bestError) = (near, error);
        }

        return (sbyte)best;
    }

    private static void WriteCodes(ReadOnlySpan<float> values, float scale, int start, Span<byte> block)
    {
        var low = block[..128];
        var high = block[128..192];
        for (var at = 0; at < values.Length; at++)
        {
            var (i, code) = (start + at, Code(values[at], scale) + Zero);
            low[(i / 128 * 64) + (i % 64)] |= (byte)((code & 0xF) << (i % 128 / 64 * 4));
            high[(i / 128 * 32) + (i % 32)] |= (byte)((code >> 4) << (i % 128 / 32 * 2));
        }
    }

    private static int Code(float value, float scale) => scale == 0 ? 0 : (int)Math.Clamp(MathF.Round(value / scale), -Zero, Zero - 1);
}
