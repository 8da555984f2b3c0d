using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>A vector of float32 values that are computed here, offered as a stored tensor.</summary>
internal sealed class ValuesTensor(string name, float[] values) : StoredTensor(name, TensorEncoding.F32, [values.Length])
{
    /// <inheritdoc/>
    public override long ByteLength => values.Length * sizeof(float);

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) =>
        MemoryMarshal.AsBytes(values.AsSpan()).Slice((int)offset, destination.Length).CopyTo(destination);
}
