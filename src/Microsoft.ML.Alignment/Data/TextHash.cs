using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.Data;

/// <summary>64 bits of SHA-256: among ten million texts, two are mistaken for one with a probability of three in a million.</summary>
internal static class TextHash
{
    public static ulong Of(ReadOnlySpan<char> text) => Of(MemoryMarshal.AsBytes(text));

    /// <summary>Hashes lists of ids; where one ends and the next begins counts.</summary>
    public static ulong Of(params ReadOnlySpan<int[]> lists)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var list in lists)
        {
            ReadOnlySpan<int> length = [list.Length];
            hash.AppendData(MemoryMarshal.AsBytes(length));
            hash.AppendData(MemoryMarshal.AsBytes<int>(list));
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return MemoryMarshal.Read<ulong>(digest);
    }

    private static ulong Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return MemoryMarshal.Read<ulong>(digest);
    }
}
