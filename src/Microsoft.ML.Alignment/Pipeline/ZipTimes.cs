using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// Sets the times of a zip's entries to the earliest that the format has. ML.NET makes the entries, and their times are all that differs
/// between the files of equal models.
/// </summary>
internal static class ZipTimes
{
    private const int EndLength = 22;
    private const uint EndSignature = 0x06054b50;
    private const int LocatorLength = 20;
    private const uint LocatorSignature = 0x07064b50;
    private const int EntryLength = 46;
    private const uint EntrySignature = 0x02014b50;
    private const uint InExtraField = uint.MaxValue;

    // 1 January 1980, midnight: two bytes of time, two of date.
    private const uint Earliest = 0x0021_0000;

    /// <summary>Sets the times of a zip in place.</summary>
    /// <param name="zip">Read, written and sought in; without a comment at its end.</param>
    /// <exception cref="InvalidDataException">It is no zip as <see cref="System.IO.Compression.ZipArchive"/> writes it.</exception>
    public static void Clear(Stream zip)
    {
        var (count, at) = Directory(zip);
        for (var entry = 0L; entry < count; entry++)
        {
            var header = Read(zip, at, EntryLength, EntrySignature);
            var (name, extra, comment) = (UInt16(header, 28), UInt16(header, 30), UInt16(header, 32));
            var local = UInt32(header, 42) is var offset && offset != InExtraField
                ? offset
                : OffsetInExtraField(zip, header, at + EntryLength + name, extra);
            Write(zip, at + 12);
            Write(zip, local + 10);
            at += EntryLength + name + extra + comment;
        }
    }

    private static (long Count, long At) Directory(Stream zip)
    {
        var end = Read(zip, zip.Length - EndLength, EndLength, EndSignature);
        if (UInt16(end, 10) != ushort.MaxValue && UInt32(end, 16) != InExtraField)
            return (UInt16(end, 10), UInt32(end, 16));
        var locator = Read(zip, zip.Length - EndLength - LocatorLength, LocatorLength, LocatorSignature);
        var large = Read(zip, Int64(locator, 8), 56, 0x06064b50);
        return (Int64(large, 32), Int64(large, 48));
    }

    // Of the numbers that did not fit their fields, the offset is the last: behind both lengths, where those did not fit either.
    private static long OffsetInExtraField(Stream zip, byte[] header, long at, int length)
    {
        var extra = Read(zip, at, length, signature: null);
        var before = (UInt32(header, 20) == InExtraField ? 8 : 0) + (UInt32(header, 24) == InExtraField ? 8 : 0);
        for (var field = 0; field + 4 <= length; field += 4 + UInt16(extra, field + 2))
            if (UInt16(extra, field) == 1)
                return Int64(extra, field + 4 + before);
        throw new InvalidDataException("The zip file has an entry without an offset; it is damaged.");
    }

    private static byte[] Read(Stream zip, long at, int length, uint? signature)
    {
        if (at < 0 || at + length > zip.Length)
            throw new InvalidDataException("This is no zip file, or it is cut short.");
        var bytes = new byte[length];
        zip.Position = at;
        zip.ReadExactly(bytes);
        return signature is null || UInt32(bytes, 0) == signature
            ? bytes
            : throw new InvalidDataException($"This is no zip file, or it is damaged at byte {at}.");
    }

    private static void Write(Stream zip, long at)
    {
        Span<byte> time = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(time, Earliest);
        zip.Position = at;
        zip.Write(time);
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long Int64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
