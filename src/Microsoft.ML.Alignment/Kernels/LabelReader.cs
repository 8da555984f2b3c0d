using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Reads rows of logits in memory of the processor, one row at a time: whatever is asked of it is computed while it is in the cache, in
/// float32.
/// </summary>
/// <param name="labels">The label of each of M rows.</param>
/// <param name="details">What is read besides.</param>
internal sealed class LabelReader(Tensor labels, LogitDetails details = LogitDetails.None) : LogitReader
{
    // exp of it is 0, and no product with it is infinite.
    private const float LeastExponent = -1e4f;

    private const int BlockLength = 512;

    private readonly long[] _indices = labels.data<long>().ToArray();
    private readonly float[] _logProbs = new float[labels.shape[0]];
    private readonly bool[] _isTop = new bool[labels.shape[0]];
    private readonly float[] _entropy = new float[details.HasFlag(LogitDetails.Entropy) ? labels.shape[0] : 0];
    private readonly float[] _logCollision = new float[details.HasFlag(LogitDetails.LogCollision) ? labels.shape[0] : 0];

    /// <inheritdoc/>
    public override Tensor LogProbs => tensor(_logProbs);

    /// <inheritdoc/>
    public override Tensor IsTop => tensor(_isTop);

    /// <inheritdoc/>
    public override Tensor Entropy => tensor(_entropy);

    /// <inheritdoc/>
    public override Tensor LogCollision => tensor(_logCollision);

    /// <inheritdoc/>
    public override void Read(Tensor logits, long start, bool keeps = false) =>
        ForEachRow(logits, (int)start, changes: false, keeps, (row, index) => ReadRow(row, index));

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start)
    {
        ForEachRow(logits, (int)start, changes: true, keeps: false, (row, index) => Turn(row, index, ReadRow(row, index)));
        return logits;
    }

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start, Tensor gradients)
    {
        var all = gradients.contiguous().data<float>().ToArray();
        var (ofLogProbs, ofEntropies) = (all[.._indices.Length], all[_indices.Length..]);
        ForEachRow(logits, (int)start, changes: true, keeps: false, (row, index) => Turn(row, index, ofLogProbs[index], ofEntropies[index]));
        return logits;
    }

    // Rows of float32 are changed where they lie, unless they must be kept; rows of bfloat16 are widened first.
    private static void ForEachRow(Tensor logits, int start, bool changes, bool keeps, Action<Span<float>, int> act)
    {
        var (rows, width) = ((int)logits.shape[0], (int)logits.shape[1]);
        var isWide = logits.dtype == ScalarType.Float32;
        var values = isWide ? MemoryMarshal.Cast<byte, float>(logits.bytes) : [];
        var bits = isWide ? [] : MemoryMarshal.Cast<byte, ushort>(logits.bytes);
        var buffer = ArrayPool<float>.Shared.Rent(width);
        for (var row = 0; row < rows; row++)
        {
            var place = new Range(row * width, (row + 1) * width);
            var wide = isWide && !keeps ? values[place] : buffer.AsSpan(0, width);
            if (!isWide)
                BrainFloat.Widen(bits[place], wide);
            else if (keeps)
                values[place].CopyTo(wide);
            act(wide, start + row);
            if (changes && !isWide)
                BrainFloat.Narrow(wide, bits[place]);
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    // Leaves exp(x - max) in the place of x and gives the logarithm of the sum of these.
    private float ReadRow(Span<float> row, int index)
    {
        TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
        var ofLabel = row[(int)_indices[index]];
        var logSum = details.HasFlag(LogitDetails.Entropy) ? ExponentiateWithEntropy(row, out _entropy[index]) : Exponentiate(row);
        (_logProbs[index], _isTop[index]) = (ofLabel - logSum, ofLabel >= 0);
        if (details.HasFlag(LogitDetails.LogCollision))
            _logCollision[index] = (float)(Math.Log(InBlocks(row, row, (x, _) => TensorPrimitives.SumOfSquares(x))) - (2.0 * logSum));
        return logSum;
    }

    private void Turn(Span<float> row, int index, float logSum)
    {
        TensorPrimitives.Multiply(row, MathF.Exp(-logSum), row);
        row[(int)_indices[index]]--;
    }

    private void Turn(Span<float> row, int index, float ofLogProb, float ofEntropy)
    {
        var rented = ArrayPool<float>.Shared.Rent(row.Length);
        var logits = rented.AsSpan(0, row.Length);
        TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
        TensorPrimitives.Max(row, LeastExponent, logits);
        var logSum = Exponentiate(row);
        TensorPrimitives.Multiply(row, MathF.Exp(-logSum), row); // p
        var mean = (float)Dot(row, logits); // log p + entropy = x - mean
        TensorPrimitives.Subtract(logits, mean, logits);
        TensorPrimitives.Multiply(logits, -ofEntropy, logits);
        TensorPrimitives.Subtract(logits, ofLogProb, logits);
        TensorPrimitives.Multiply(row, logits, row);
        row[(int)_indices[index]] += ofLogProb;
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Turns values x into exp x and gives the logarithm of their sum.</summary>
    private static float Exponentiate(Span<float> row)
    {
        TensorPrimitives.Exp(row, row);
        return (float)Math.Log(InBlocks(row, row, (x, _) => TensorPrimitives.Sum(x)));
    }

    // −Σ p log p = log s − Σ e^x x / s for values x with sum of exponentials s. What underflows to 0, −∞ too, adds nothing.
    private static float ExponentiateWithEntropy(Span<float> row, out float entropy)
    {
        var finite = ArrayPool<float>.Shared.Rent(row.Length);
        var values = finite.AsSpan(0, row.Length);
        TensorPrimitives.Max(row, float.MinValue, values);
        var logSum = Exponentiate(row);
        entropy = (float)(logSum - (Dot(row, values) * Math.Exp(-logSum)));
        ArrayPool<float>.Shared.Return(finite);
        return logSum;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => InBlocks(a, b, TensorPrimitives.Dot);

    // A float32 sum of fifty thousand numbers loses the small ones beside the large; one of a block does not, and blocks are added in double.
    private static double InBlocks(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Func<ReadOnlySpan<float>, ReadOnlySpan<float>, float> ofBlock)
    {
        var sum = 0.0;
        for (var start = 0; start < a.Length; start += BlockLength)
        {
            var length = Math.Min(BlockLength, a.Length - start);
            sum += ofBlock(a.Slice(start, length), b.Slice(start, length));
        }

        return sum;
    }
}
