using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>A float32 tensor whose values follow from those of a stored one.</summary>
/// <param name="stored">The stored tensor.</param>
/// <param name="name">The name.</param>
/// <param name="shape">The shape, outermost first.</param>
/// <param name="compute">Gives the values from the stored ones.</param>
internal sealed class ComputedTensor(StoredTensor stored, string name, long[] shape, Func<float[], float[]> compute)
    : StoredTensor(name, TensorEncoding.F32, shape)
{
    // Reads come in parts, one right after another.
    private readonly WeakReference<float[]> _values = new([]);

    /// <inheritdoc/>
    public override long ByteLength { get; } = BlockQuantization.BytesOf(TensorEncoding.F32, shape);

    /// <inheritdoc/>
    public override IDisposable? Storage => stored.Storage;

    /// <summary>A matrix transposed.</summary>
    public static ComputedTensor Transposed(StoredTensor stored, string name)
    {
        var (rows, columns) = ((int)stored.Shape[0], (int)stored.Shape[1]);
        return new(stored, name, [columns, rows], values =>
        {
            var turned = new float[values.Length];
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                    turned[(column * rows) + row] = values[(row * columns) + column];
            return turned;
        });
    }

    /// <summary>A tensor less 1.</summary>
    public static ComputedTensor LessOne(StoredTensor stored, string name) =>
        new(stored, name, stored.Shape, values => [.. values.Select(value => value - 1)]);

    /// <summary>A tensor with 1 added.</summary>
    public static ComputedTensor PlusOne(StoredTensor stored, string name) =>
        new(stored, name, stored.Shape, values => [.. values.Select(value => value + 1)]);

    /// <summary>The values of a stored tensor.</summary>
    public static float[] ValuesOf(StoredTensor stored)
    {
        var values = new float[BlockQuantization.ElementsOf(stored.Shape)];
        var bytes = new byte[stored.ByteLength];
        stored.Read(0, bytes);
        BlockQuantization.Decode(stored.Encoding, bytes, values);
        return values;
    }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        if (!_values.TryGetTarget(out var values) || values.Length == 0)
            _values.SetTarget(values = compute(ValuesOf(stored)));
        MemoryMarshal.AsBytes(values.AsSpan()).Slice(checked((int)offset), destination.Length).CopyTo(destination);
    }
}
