using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Decodes stored tensors into float32 tensors.</summary>
internal static class WeightDecoder
{
    private const int ChunkBytes = 3 << 20;

    /// <summary>Decodes a tensor; the result is float32, in host memory.</summary>
    /// <exception cref="InvalidDataException">Its byte length does not fit its shape, or a value is not finite.</exception>
    public static Tensor Decode(StoredTensor stored)
    {
        var elements = RequireFittingLength(stored);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var result = empty(elements, ScalarType.Float32);
        if (stored.Encoding == TensorEncoding.F32)
            ReadInto(stored, result);
        else
            DecodeInto(stored, result);
        RequireFinite(stored.Name, result);
        return result.view(stored.Shape).MoveToOuterDisposeScope();
    }

    /// <summary>Refuses values that are not finite.</summary>
    /// <exception cref="InvalidDataException">There is one.</exception>
    private static void RequireFinite(string name, Tensor values)
    {
        if (float.IsFinite(values.sum().item<float>()))
            return;

        // A sum of finite values may overflow, hence the second look.
        var bad = values.isfinite().logical_not().sum().item<long>();
        if (bad > 0)
            throw new InvalidDataException($"Weight '{name}' has {bad} values that are not finite; the file is damaged or the training diverged.");
    }

    private static long RequireFittingLength(StoredTensor stored)
    {
        var elements = stored.Shape.Aggregate(1L, (product, size) => checked(product * size));
        if (elements % BlockQuantization.ElementsPerBlock(stored.Encoding) != 0
            || stored.ByteLength != BlockQuantization.BytesOf(stored.Encoding, elements))
            throw new InvalidDataException(
                $"Weight '{stored.Name}' has {stored.ByteLength} bytes of {stored.Encoding}, which do not fit its shape " +
                $"[{string.Join(", ", stored.Shape)}].");
        return elements;
    }

    // Parts are cut before their bytes are taken, since a span ends at 2 GB and a tensor need not.
    private static void ReadInto(StoredTensor stored, Tensor destination)
    {
        const int Step = ChunkBytes / sizeof(float);
        for (long start = 0; start < destination.NumberOfElements; start += Step)
        {
            using var part = destination.narrow(0, start, Math.Min(Step, destination.NumberOfElements - start));
            stored.Read(start * sizeof(float), part.bytes);
        }
    }

    private static void DecodeInto(StoredTensor stored, Tensor destination)
    {
        var blockElements = BlockQuantization.ElementsPerBlock(stored.Encoding);
        var blockBytes = BlockQuantization.BytesPerBlock(stored.Encoding);
        var chunk = ChunkBytes / blockBytes * blockBytes; // ends where a block does
        var buffer = ArrayPool<byte>.Shared.Rent(chunk);
        try
        {
            for (long offset = 0; offset < stored.ByteLength; offset += chunk)
            {
                var encoded = buffer.AsSpan(0, (int)Math.Min(chunk, stored.ByteLength - offset));
                stored.Read(offset, encoded);
                using var part = destination.narrow(0, offset / blockBytes * blockElements, encoded.Length / blockBytes * blockElements);
                BlockQuantization.Decode(stored.Encoding, encoded, MemoryMarshal.Cast<byte, float>(part.bytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
