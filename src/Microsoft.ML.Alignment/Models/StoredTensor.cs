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

    /// <summary>Gets what the bytes are read from, which whoever has the tensors closes; null for what needs no closing.</summary>
    public virtual IDisposable? Storage => null;

    /// <summary>What tensors are read from, each once.</summary>
    public static IReadOnlyCollection<IDisposable> StoragesOf(IEnumerable<StoredTensor> tensors) =>
        [.. tensors.Select(tensor => tensor.Storage).OfType<IDisposable>().Distinct()];

    /// <summary>Closes what tensors are read from.</summary>
    public static void Close(IEnumerable<StoredTensor> tensors)
    {
        foreach (var storage in StoragesOf(tensors))
            storage.Dispose();
    }

    /// <summary>Reads encoded bytes. Thread-safe.</summary>
    /// <exception cref="ObjectDisposedException">What they are read from was closed.</exception>
    /// <param name="offset">Offset within this tensor.</param>
    /// <param name="destination">Filled completely.</param>
    public abstract void Read(long offset, Span<byte> destination);
}
