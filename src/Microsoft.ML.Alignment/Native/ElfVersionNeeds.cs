using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Alignment.Native;

/// <summary>
/// Changes which symbol versions a 64-bit little-endian ELF library insists on (gABI; Linux Standard Base, "Symbol Versioning").
/// </summary>
internal static class ElfVersionNeeds
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int SymbolSize = 24;
    private const int RelocationSize = 24;
    private const int MaximalEntries = 1 << 16;

    private const uint DynamicSymbols = 11;
    private const uint Relocations = 4;
    private const uint RelocationsWithoutAddend = 9;
    private const uint VersionNeeds = 0x6ffffffe;
    private const uint SymbolVersions = 0x6fffffff;
    private const byte Weak = 2;

    /// <summary>
    /// Marks the need for <paramref name="version"/> as weak, so that the loader accepts a library without it. Done only where no symbol
    /// of that version is ever bound: none has a relocation.
    /// </summary>
    /// <returns>The reason why nothing was changed, or null if the need is weak now.</returns>
    public static string? TryWeaken(byte[] library, string version)
    {
        try
        {
            return Weaken(library, version);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException or InvalidDataException)
        {
            return $"it is no intact 64-bit ELF library ({e.Message})";
        }
    }

    private static string? Weaken(byte[] library, string version)
    {
        var sections = ReadSections(library);
        var needs = FindNeeds(library, sections, version);
        if (needs.Count == 0)
            return $"it does not ask for {version}";
        foreach (var need in needs)
        {
            if (FindRelocatedSymbol(library, sections, need.VersionIndex) is { } symbol)
                return $"symbol {symbol} of {version} is used";
        }

        foreach (var need in needs)
            library[need.FlagsOffset] |= Weak;
        return null;
    }

    private static List<Section> ReadSections(ReadOnlySpan<byte> file)
    {
        if (!Slice(file, 0, HeaderSize)[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new InvalidDataException("the header is another one");
        var start = Int64(file, 0x28);
        var size = UInt16(file, 0x3a);
        var count = UInt16(file, 0x3c);
        if (size != SectionSize)
            throw new InvalidDataException($"section headers of {size} bytes");
        _ = Slice(file, start, count * SectionSize);

        var sections = new List<Section>(count);
        for (var i = 0; i < count; i++)
        {
            var header = checked(start + (long)i * SectionSize);
            sections.Add(new Section(UInt32(file, header + 4), Int64(file, header + 24), Int64(file, header + 32), UInt32(file, header + 40)));
        }

        return sections;
    }

    private static List<Need> FindNeeds(ReadOnlySpan<byte> file, List<Section> sections, string version)
    {
        var found = new List<Need>();
        foreach (var section in sections.Where(s => s.Type == VersionNeeds))
        {
            var names = Linked(sections, section).Offset;
            var library = section.Offset;
            for (var i = 0; i < MaximalEntries; i++)
            {
                AddNeeds(file, library, names, version, found);
                var next = UInt32(file, library + 12);
                if (next == 0)
                    break;
                library = checked(library + next);
            }
        }

        return found;
    }

    private static void AddNeeds(ReadOnlySpan<byte> file, long library, long names, string version, List<Need> found)
    {
        var count = UInt16(file, library + 2);
        var entry = checked(library + UInt32(file, library + 8));
        for (var i = 0; i < count; i++)
        {
            if (NameIs(file, checked(names + UInt32(file, entry + 8)), version))
                found.Add(new Need(checked((int)entry + 4), UInt16(file, entry + 6)));
            entry = checked(entry + UInt32(file, entry + 12));
        }
    }

    private static uint? FindRelocatedSymbol(ReadOnlySpan<byte> file, List<Section> sections, ushort versionIndex)
    {
        var versions = sections.Find(s => s.Type == SymbolVersions) ?? throw new InvalidDataException("no symbol versions");
        var symbols = sections.Find(s => s.Type == DynamicSymbols) ?? throw new InvalidDataException("no dynamic symbols");
        if (versions.Size / sizeof(ushort) != symbols.Size / SymbolSize)
            throw new InvalidDataException("as many versions as symbols were expected");

        foreach (var section in sections)
        {
            if (section.Type == RelocationsWithoutAddend && section.Size > 0)
                throw new InvalidDataException("relocations of an unknown form");
            if (section.Type != Relocations)
                continue;
            for (long at = 0; at < section.Size; at += RelocationSize)
            {
                var symbol = UInt32(file, checked(section.Offset + at + 12));
                if (symbol != 0 && UInt16(file, checked(versions.Offset + symbol * sizeof(ushort))) % 0x8000 == versionIndex)
                    return symbol;
            }
        }

        return null;
    }

    private static Section Linked(List<Section> sections, Section section) => section.Link < sections.Count
        ? sections[(int)section.Link]
        : throw new InvalidDataException($"section {section.Link} does not exist");

    private static bool NameIs(ReadOnlySpan<byte> file, long offset, string name)
    {
        var bytes = Slice(file, offset, name.Length + 1);
        return bytes[^1] == 0 && Encoding.ASCII.GetString(bytes[..^1]) == name;
    }

    private static ushort UInt16(ReadOnlySpan<byte> file, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(file, offset, 2));

    private static uint UInt32(ReadOnlySpan<byte> file, long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(file, offset, 4));

    private static long Int64(ReadOnlySpan<byte> file, long offset) => BinaryPrimitives.ReadInt64LittleEndian(Slice(file, offset, 8));

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> file, long offset, int length) => file.Slice(checked((int)offset), length);

    private sealed record Section(uint Type, long Offset, long Size, uint Link);

    private sealed record Need(int FlagsOffset, ushort VersionIndex);
}
