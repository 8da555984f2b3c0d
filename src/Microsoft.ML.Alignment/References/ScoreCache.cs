using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.References;

/// <summary>Score tables on disk, each under the hash of all that its numbers depend on.</summary>
/// <param name="folder">Made if it is not there.</param>
internal sealed class ScoreCache(string folder)
{
    private const int HeaderBytes = 2 * sizeof(int);

    /// <summary>Where a table lies.</summary>
    public string PathOf(string key) => Path.Combine(folder, $"reference-{key}.scores");

    /// <summary>Reads a table; null if there is none under this key.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ScoreTable? Read(string key)
    {
        var path = PathOf(key);
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path).AsSpan();
        if (!IsWhole(bytes))
            throw new InvalidDataException(
                $"'{path}' is damaged: its content does not have the hash at its end. Delete it; its numbers are computed again.");
        var scores = new float[BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..])];
        bytes.Slice(HeaderBytes, scores.Length * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(scores.AsSpan()));
        return new(BinaryPrimitives.ReadInt32LittleEndian(bytes), scores);
    }

    /// <summary>Writes a table: width, number of scores, the scores as float32, the SHA-256 of all before; little-endian.</summary>
    public void Write(string key, ScoreTable table)
    {
        var bytes = new byte[HeaderBytes + (table.Scores.Length * sizeof(float))];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, table.Width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), table.Scores.Length);
        MemoryMarshal.AsBytes(table.Scores.AsSpan()).CopyTo(bytes.AsSpan(HeaderBytes));
        Directory.CreateDirectory(folder);
        AtomicFile.Write(PathOf(key), stream =>
        {
            stream.Write(bytes);
            stream.Write(SHA256.HashData(bytes));
        });
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderBytes + SHA256.HashSizeInBytes
        && SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]);
}
