using System.Numerics;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>
/// The checksum of TensorFlow's record files: CRC-32C (Castagnoli), rotated and shifted so that a CRC of CRCs is no weak one.
/// </summary>
internal static class MaskedCrc32C
{
    private const uint Shift = 0xA282EAD8;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        crc = ~crc;
        return BitOperations.RotateRight(crc, 15) + Shift;
    }
}
