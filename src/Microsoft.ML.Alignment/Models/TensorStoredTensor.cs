using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>A weight that lives in memory as float32, offered as a stored tensor. Valid while the weight is.</summary>
/// <param name="name">The canonical name.</param>
/// <param name="values">float32, contiguous.</param>
internal sealed class TensorStoredTensor(string name, Tensor values) : StoredTensor(name, TensorEncoding.F32, values.shape)
{
    /// <inheritdoc/>
    public override long ByteLength { get; } = values.NumberOfElements * sizeof(float);

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - destination.Length);
        if (destination.IsEmpty)
            return;

        // The part is cut before its bytes are taken, since a span ends at 2 GB and a tensor need not.
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var first = offset / sizeof(float);
        var last = (offset + destination.Length - 1) / sizeof(float);
        var part = values.detach().view(-1).narrow(0, first, last - first + 1).cpu();
        part.bytes.Slice((int)(offset - first * sizeof(float)), destination.Length).CopyTo(destination);
    }
}
