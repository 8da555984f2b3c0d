using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// A set of tensors as one run of bytes, each in its encoding, named by the hash of those bytes. May be longer than 2 GB.
/// </summary>
/// <remarks>
/// The layout is that of safetensors: the length of a JSON header (8 bytes), the header, the data. Block encodings, which
/// safetensors does not have, stand in <c>dtype</c> under their GGUF names.
/// </remarks>
internal static class TensorBlob
{
    private const int PieceLength = 1 << 20;
    private const int MaxHeaderLength = 100_000_000;

    /// <summary>The SHA-256 of what <see cref="Write"/> writes, in lower-case hex.</summary>
    public static string Hash(IReadOnlyCollection<StoredTensor> tensors)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            Write(stream, tensors);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    /// <summary>Writes tensors; the same bytes whatever their order.</summary>
    public static void Write(Stream stream, IReadOnlyCollection<StoredTensor> tensors)
    {
        var ordered = tensors.OrderBy(t => t.Name, StringComparer.Ordinal).ToArray();
        var header = TensorBlobHeader.Of(ordered);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        var piece = new byte[PieceLength];
        foreach (var tensor in ordered)
        {
            for (long offset = 0; offset < tensor.ByteLength; offset += PieceLength)
            {
                var part = piece.AsSpan(0, (int)Math.Min(PieceLength, tensor.ByteLength - offset));
                tensor.Read(offset, part);
                stream.Write(part);
            }
        }
    }

    /// <summary>Reads tensors into memory, which is freed when they are closed, and checks that they are the ones that were written.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="length">Length of the stream, so that nothing is allocated for what is not there.</param>
    /// <param name="expectedHash">As <see cref="Hash"/> gave it.</param>
    /// <exception cref="FormatException">The bytes are cut short, make no sense or have another hash.</exception>
    public static IReadOnlyList<StoredTensor> Read(Stream stream, long length, string expectedHash)
    {
        var tensors = new List<StoredTensor>();
        try
        {
            Read(stream, length, expectedHash, tensors);
            return tensors;
        }
        catch (Exception e)
        {
            StoredTensor.Close(tensors);
            if (e is EndOfStreamException or JsonException or InvalidDataException)
                throw new FormatException($"The weights '{expectedHash}' cannot be read, the file is damaged: {e.Message}", e);
            throw;
        }
    }

    private static void Read(Stream stream, long length, string expectedHash, List<StoredTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = ReadHeader(stream, length, hash);
        foreach (var entry in TensorBlobHeader.Parse(header, length - sizeof(long) - header.Length))
        {
            var block = new NativeBlock(entry.ByteLength);
            tensors.Add(new BlobTensor(entry.Name, entry.Encoding, entry.Shape, block));
            block.Fill(stream, hash.AppendData);
        }

        RequireHash(hash, expectedHash);
    }

    private static byte[] ReadHeader(Stream stream, long length, IncrementalHash hash)
    {
        var prefix = new byte[sizeof(long)];
        stream.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (headerLength < 2 || headerLength > MaxHeaderLength || headerLength > length - sizeof(long))
            throw new InvalidDataException($"its header claims {headerLength} bytes of {length}.");
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        hash.AppendData(prefix);
        hash.AppendData(header);
        return header;
    }

    private static void RequireHash(IncrementalHash hash, string expected)
    {
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != expected)
            throw new FormatException(
                $"The weights '{expected}' are damaged: the SHA-256 of what the file holds is '{found}'. Copy or save the file again.");
    }

    private sealed class BlobTensor(string name, TensorEncoding encoding, long[] shape, NativeBlock block) : StoredTensor(name, encoding, shape)
    {
        public override long ByteLength => block.Length;

        public override IDisposable Storage => block;

        public override void Read(long offset, Span<byte> destination) => block.Read(offset, destination);
    }
}
