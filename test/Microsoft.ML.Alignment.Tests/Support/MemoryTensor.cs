using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A stored tensor whose bytes are in memory.</summary>
internal sealed class MemoryTensor(string name, TensorEncoding encoding, long[] shape, byte[] bytes) : StoredTensor(name, encoding, shape)
{
    public MemoryTensor(string name, Tensor values)
        : this(name, TensorEncoding.F32, values.shape, MemoryMarshal.AsBytes<float>(values.data<float>().ToArray()).ToArray())
    {
    }

    public override long ByteLength => bytes.Length;

    public override void Read(long offset, Span<byte> destination) => bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
}
