using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Packs 32 codes of 4 or 5 bits as GGML does: the first 16 are the low nibbles.</summary>
internal static class NibblePacking
{
    /// <summary>Packs the codes of a block.</summary>
    /// <param name="codes">32 codes from 0.</param>
    /// <param name="fifth">Four bytes of fifth bits; empty for codes of 4 bits.</param>
    /// <param name="nibbles">16 bytes.</param>
    public static void Pack(ReadOnlySpan<sbyte> codes, Span<byte> fifth, Span<byte> nibbles)
    {
        var half = codes.Length / 2;
        for (var i = 0; i < half; i++)
            nibbles[i] = (byte)((codes[i] & 0xF) | ((codes[i + half] & 0xF) << 4));
        if (fifth.Length == 0)
            return;
        var bits = 0u;
        for (var i = 0; i < codes.Length; i++)
            bits |= (uint)((codes[i] >> 4) & 1) << i;
        BinaryPrimitives.WriteUInt32LittleEndian(fifth, bits);
    }
}
