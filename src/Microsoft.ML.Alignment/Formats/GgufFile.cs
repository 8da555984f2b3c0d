using System.Buffers.Binary;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">Its name in the file, e.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">The format's number of its type.</param>
/// <param name="Shape">Sizes, outermost first (the file has them innermost first).</param>
/// <param name="Start">Offset in the file.</param>
internal sealed record GgufEntry(string Name, uint Type, long[] Shape, long Start);

/// <summary>A GGUF file, version 2 or 3: metadata and where its tensors lie. Thread-safe.</summary>
internal sealed class GgufFile : IGgufContents, IDisposable
{
    private const uint Magic = 0x46554747;
    private const int LeastBytesOfEntry = sizeof(ulong) + sizeof(uint) + sizeof(ulong) + sizeof(uint) + sizeof(ulong);
    private const int MaxDimensions = 4;
    private const string AlignmentKey = "general.alignment";
    private const uint DefaultAlignment = 32;
    private const uint MaxAlignment = 1 << 20;

    private readonly FileBytes _file;
    private readonly Dictionary<string, GgufEntry> _entries = new(StringComparer.Ordinal);

    private GgufFile(FileBytes file)
    {
        _file = file;
        var cursor = new GgufCursor(file);
        RequireVersion(cursor);
        var tensorCount = cursor.ReadCount(LeastBytesOfEntry, "the number of tensors");
        Metadata = GgufMetadata.Read(cursor, cursor.ReadCount(GgufMetadata.LeastBytesOfPair, "the number of metadata pairs"));
        var relative = new List<GgufEntry>();
        for (var i = 0; i < tensorCount; i++)
            relative.Add(ReadEntry(cursor, $"tensor {i} of {tensorCount}"));
        Place(relative, cursor);
    }

    /// <summary>Gets the path, for messages.</summary>
    public string Path => _file.Path;

    /// <summary>Gets the metadata: numbers, bools and strings of the CLR, and arrays of them.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>Gets the names of all tensors, also of types that are not read.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Whether a file begins as GGUF files do.</summary>
    public static bool IsGguf(string path)
    {
        Span<byte> start = stackalloc byte[sizeof(uint)];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(start) == Magic;
    }

    /// <summary>Opens a file and checks everything but the tensors' values.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is truncated, damaged or of another format.</exception>
    public static GgufFile Open(string path) => FileBytes.Open(path, file => new GgufFile(file));

    /// <summary>A tensor under its name in the file.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="NotSupportedException">It is quantised in a way that is not read.</exception>
    public StoredTensor Tensor(string name)
    {
        var entry = _entries[name];
        return GgufTypes.EncodingOf(entry.Type) is { } encoding
            ? new FileTensor(_file, entry.Start, entry.Name, encoding, entry.Shape)
            : throw new NotSupportedException(
                $"'{Path}' holds tensor '{name}' as {GgufTypes.NameOf(entry.Type)}; read are {string.Join(", ", GgufTypes.Supported)}. " +
                "Use a file of one of these quantisations.");
    }

    /// <summary>Closes the file, whose tensors can then no longer be read.</summary>
    public void Dispose() => _file.Dispose();

    private static void RequireVersion(GgufCursor cursor)
    {
        if (cursor.Read<uint>("the magic number") is var magic && magic != Magic)
            throw cursor.Invalid($"the file begins with 0x{magic:X8}; a GGUF file begins with 'GGUF'");
        if (cursor.Read<uint>("the version") is var version && version is not (2 or 3))
            throw cursor.Invalid($"the version is {version}; read are 2 and 3, little-endian");
    }

    private static GgufEntry ReadEntry(GgufCursor cursor, string what)
    {
        var name = cursor.ReadName($"the name of {what}");
        var shown = GgufCursor.Shown(name);
        var dimensions = cursor.Read<uint>($"the dimensions of '{shown}'");
        if (dimensions is 0 or > MaxDimensions)
            throw cursor.Invalid($"tensor '{shown}' has {dimensions} dimensions; allowed are 1 to {MaxDimensions}");
        var shape = new long[dimensions];
        for (var i = shape.Length - 1; i >= 0; i--)
            shape[i] = cursor.Read<long>($"the shape of '{shown}'");
        if (shape.Any(size => size <= 0))
            throw cursor.Invalid($"tensor '{shown}' has the shape [{string.Join(", ", shape)}]; allowed are sizes above 0");
        return new(name, cursor.Read<uint>($"the type of '{shown}'"), shape, cursor.Read<long>($"the offset of '{shown}'"));
    }

    private void Place(List<GgufEntry> relative, GgufCursor cursor)
    {
        var alignment = Metadata.GetValueOrDefault(AlignmentKey, DefaultAlignment) is uint value && value is >= 1 and <= MaxAlignment
            ? value
            : throw cursor.Invalid($"{AlignmentKey} is {Metadata[AlignmentKey]}; allowed are 1 to {MaxAlignment} as uint32");
        var dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        var end = 0L;
        foreach (var entry in relative.OrderBy(e => e.Start))
        {
            if (entry.Start < end || entry.Start % alignment != 0)
                throw cursor.Invalid(
                    $"tensor '{entry.Name}' begins at byte {entry.Start} of the data; allowed are multiples of {alignment} from {end} on");
            end = entry.Start + LeastBytesOf(entry, cursor);
            if (end > _file.Length - dataStart)
                throw cursor.Invalid($"tensor '{entry.Name}' ends at byte {end} of the data, of which there are {_file.Length - dataStart}");
            if (!_entries.TryAdd(entry.Name, entry with { Start = dataStart + entry.Start }))
                throw cursor.Invalid($"tensor '{entry.Name}' is there twice");
        }
    }

    /// <summary>The bytes of a tensor; of a type that is not read, one.</summary>
    private long LeastBytesOf(GgufEntry entry, GgufCursor cursor)
    {
        var (blockElements, blockBytes) = GgufTypes.EncodingOf(entry.Type) is { } encoding
            ? (BlockQuantization.ElementsPerBlock(encoding), BlockQuantization.BytesPerBlock(encoding))
            : (1, 0);
        if (entry.Shape[^1] % blockElements != 0)
            throw cursor.Invalid(
                $"tensor '{entry.Name}' has rows of {entry.Shape[^1]} elements, which are not whole blocks of " +
                $"{GgufTypes.NameOf(entry.Type)}");
        var bytes = blockBytes == 0 ? 1 : (Int128)entry.Shape[^1] / blockElements * blockBytes;
        foreach (var size in blockBytes == 0 ? [] : entry.Shape[..^1])
            bytes = bytes > _file.Length ? bytes : bytes * size;
        return bytes <= _file.Length - entry.Start
            ? (long)bytes
            : throw cursor.Invalid(
                $"tensor '{entry.Name}' of shape [{string.Join(", ", entry.Shape)}] at byte {entry.Start} of the data takes more than " +
                $"the file's {_file.Length} bytes");
    }
}
