using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Kernels.Quantization;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>A tensor to write: what it is, and how its bytes are made when their turn comes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Encoding">A float, or one of those that <see cref="BlockQuantizer"/> encodes.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Write">Writes exactly the tensor's bytes.</param>
internal sealed record TensorToWrite(string Name, TensorEncoding Encoding, long[] Shape, Action<Stream> Write)
{
    private const int ChunkElements = 1 << 18;

    /// <summary>Gets the number of bytes.</summary>
    public long ByteLength => BlockQuantization.BytesOf(Encoding, Shape);

    /// <summary>Writes the tensor's bytes, behind which the next one's can stand.</summary>
    /// <exception cref="InvalidOperationException">They are not as many as its shape and encoding take.</exception>
    public void WriteTo(Stream stream)
    {
        var start = stream.Position;
        Write(stream);
        if (stream.Position - start != ByteLength)
            throw new InvalidOperationException(
                $"Tensor '{Name}' wrote {stream.Position - start} bytes; its shape and encoding take {ByteLength}.");
    }

    /// <summary>A stored tensor, copied byte for byte.</summary>
    public static TensorToWrite Copy(StoredTensor tensor, string name) =>
        new(name, tensor.Encoding, tensor.Shape, stream => CopyBytes(tensor, stream));

    /// <summary>A stored tensor in another encoding, rounded to nearest, ties to even; copied where it has that encoding.</summary>
    public static TensorToWrite Convert(StoredTensor tensor, TensorEncoding encoding) => tensor.Encoding == encoding
        ? Copy(tensor, tensor.Name)
        : new(tensor.Name, encoding, tensor.Shape, stream => ConvertValues(tensor, encoding, stream));

    /// <summary>A float32 tensor in memory that is made when its turn comes, and disposed after it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="encoding">F32, F16 or BF16.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="make">Makes it: float32, contiguous.</param>
    public static TensorToWrite Make(string name, TensorEncoding encoding, long[] shape, Func<Tensor> make) => new(name, encoding, shape, stream =>
    {
        using var values = make();
        Convert(new TensorStoredTensor(name, values), encoding).Write(stream);
    });

    private static void CopyBytes(StoredTensor tensor, Stream stream)
    {
        var buffer = new byte[Math.Min(ChunkElements * sizeof(float), tensor.ByteLength)];
        for (var offset = 0L; offset < tensor.ByteLength; offset += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tensor.ByteLength - offset));
            tensor.Read(offset, part);
            stream.Write(part);
        }
    }

    private static void ConvertValues(StoredTensor tensor, TensorEncoding encoding, Stream stream)
    {
        var count = BlockQuantization.ElementsOf(tensor.Shape);
        var values = new float[Math.Min(ChunkElements, count)];
        var stored = new byte[BlockQuantization.BytesOf(tensor.Encoding, values.Length)];
        var encoded = new byte[BlockQuantization.BytesOf(encoding, values.Length)];
        for (var start = 0L; start < count; start += values.Length)
        {
            var part = values.AsSpan(0, (int)Math.Min(values.Length, count - start));
            var source = stored.AsSpan(0, (int)BlockQuantization.BytesOf(tensor.Encoding, part.Length));
            tensor.Read(BlockQuantization.BytesOf(tensor.Encoding, start), source);
            BlockQuantization.Decode(tensor.Encoding, source, part);
            var target = encoded.AsMemory(0, (int)BlockQuantization.BytesOf(encoding, part.Length));
            if (BlockQuantizer.Encodes(encoding))
                BlockQuantizer.Encode(values.AsMemory(0, part.Length), encoding, target);
            else
                FloatEncoding.Encode(part, encoding, target.Span);
            stream.Write(target.Span);
        }
    }
}
