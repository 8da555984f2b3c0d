using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Makes one SHA-256 hash of texts, bytes and tensors, in lower-case hex.</summary>
internal sealed class ContentHasher : IDisposable
{
    private const int PieceLength = 1 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a text. A zero ends it, so that what follows cannot be taken for a part of it.</summary>
    public void Add(string text) => _hash.AppendData(Encoding.UTF8.GetBytes(text + '\0'));

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Adds what a tensor is called, how it is encoded, its shape, and its bytes.</summary>
    public void Add(StoredTensor tensor)
    {
        Add(Describe(tensor));
        var piece = new byte[Math.Min(PieceLength, tensor.ByteLength)];
        for (var offset = 0L; offset < tensor.ByteLength; offset += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, tensor.ByteLength - offset));
            tensor.Read(offset, part);
            Add(part);
        }
    }

    /// <summary>Says what a tensor is called, how it is encoded, and its shape.</summary>
    public static string Describe(StoredTensor tensor) => $"{tensor.Name} {tensor.Encoding} {string.Join(',', tensor.Shape)}";

    /// <summary>Gets the hash of what was added.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
