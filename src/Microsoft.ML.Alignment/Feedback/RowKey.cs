using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>What a row is known by: 128 bits of the SHA-256 of its texts, so that equal rows are one wherever they stand.</summary>
internal static class RowKey
{
    /// <summary>The key of texts; where one ends and the next begins counts.</summary>
    public static UInt128 Of(IReadOnlyList<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            ReadOnlySpan<int> length = [text.Length];
            hash.AppendData(MemoryMarshal.AsBytes(length));
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
