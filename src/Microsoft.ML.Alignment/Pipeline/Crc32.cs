using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>The CRC-32 of zip files (polynomial 0x04C11DB7, reflected), eight bytes at a time.</summary>
internal static class Crc32
{
    private const int Width = 8;
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[][] Tables = CreateTables();

    /// <summary>The checksum of all that is left in a stream.</summary>
    public static uint Of(Stream stream)
    {
        var crc = uint.MaxValue;
        var buffer = new byte[1 << 16];
        while (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is var count and > 0)
            crc = Append(crc, buffer.AsSpan(0, count));
        return ~crc;
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= Width; bytes = bytes[Width..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Tables[7][low & 255] ^ Tables[6][(low >> 8) & 255] ^ Tables[5][(low >> 16) & 255] ^ Tables[4][low >> 24]
                ^ Tables[3][high & 255] ^ Tables[2][(high >> 8) & 255] ^ Tables[1][(high >> 16) & 255] ^ Tables[0][high >> 24];
        }

        foreach (var value in bytes)
            crc = Tables[0][(crc ^ value) & 255] ^ (crc >> 8);
        return crc;
    }

    private static uint[][] CreateTables()
    {
        var tables = new uint[Width][];
        for (var table = 0; table < Width; table++)
        {
            tables[table] = new uint[256];
            for (var value = 0u; value < 256; value++)
                tables[table][value] = table == 0 ? Shifted(value) : tables[0][tables[table - 1][value] & 255] ^ (tables[table - 1][value] >> 8);
        }

        return tables;
    }

    private static uint Shifted(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? Polynomial ^ (value >> 1) : value >> 1;
        return value;
    }
}
