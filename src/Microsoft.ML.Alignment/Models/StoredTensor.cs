using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>A tensor as it lies on disk or in a model file: encoded bytes, row-major, in the layout of Hugging Face checkpoints.</summary>
internal abstract class StoredTensor(string name, TensorEncoding encoding, long[] shape)
{
    /// <summary>Gets the canonical (Hugging Face) name, e.g. <c>model.layers.0.self_attn.q_proj.weight</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the encoding of the bytes.</summary>
    public TensorEncoding Encoding { get; } = encoding;

    /// <summary>Gets the shape, outermost first.</summary>
    public long[] Shape { get; } = shape;

    /// <summary>Gets the number of encoded bytes.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Reads encoded bytes. Thread-safe.</summary>
    /// <param name="offset">Offset within this tensor.</param>
    /// <param name="destination">Filled completely.</param>
    public abstract void Read(long offset, Span<byte> destination);
}
