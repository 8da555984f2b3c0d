using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Reads and writes big entries of the zip file that ML.NET keeps a model in.</summary>
/// <remarks>
/// ML.NET's own streams go through a temporary file and deflate, 26 times slower for weights. So entries are written straight into the
/// archive, uncompressed; where a version of ML.NET has no such field, through its own streams, which read the same.
/// </remarks>
internal static class RepositoryEntries
{
    /// <summary>Writes an entry.</summary>
    public static void Write(RepositoryWriter writer, string folder, string name, Action<Stream> write)
    {
        if (ArchiveOf(writer) is { } archive)
        {
            using var stream = archive.CreateEntry($"{folder}/{name}", CompressionLevel.NoCompression).Open();
            write(stream);
        }
        else
        {
            using var entry = writer.CreateEntry(folder, name);
            write(entry.Stream);
        }
    }

    /// <summary>Reads an entry with its length.</summary>
    /// <exception cref="FormatException">There is no such entry.</exception>
    public static T Read<T>(RepositoryReader reader, string folder, string name, Func<Stream, long, T> read)
    {
        if (ArchiveOf(reader)?.GetEntry($"{folder}/{name}") is { } found)
        {
            using var stream = found.Open();
            return read(stream, found.Length);
        }

        using var entry = reader.OpenEntryOrNull(folder, name)
            ?? throw new FormatException($"The model file has no entry '{folder}/{name}', which one of its stages refers to; it is incomplete.");
        return read(entry.Stream, entry.Stream.Length);
    }

    /// <summary>Checks all entries of a model file, where ML.NET lets one at them.</summary>
    /// <exception cref="FormatException">One is damaged, or expands to more than it can hold.</exception>
    public static void Check(RepositoryReader reader)
    {
        if (ArchiveOf(reader) is { } archive)
            ZipContents.Check(archive);
    }

    private static ZipArchive? ArchiveOf(RepositoryWriter writer)
    {
        try
        {
            return WriterArchive(writer);
        }
        catch (MissingFieldException)
        {
            return null;
        }
    }

    private static ZipArchive? ArchiveOf(RepositoryReader reader)
    {
        try
        {
            return ReaderArchive(reader);
        }
        catch (MissingFieldException)
        {
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive WriterArchive(RepositoryWriter writer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive ReaderArchive(RepositoryReader reader);
}
