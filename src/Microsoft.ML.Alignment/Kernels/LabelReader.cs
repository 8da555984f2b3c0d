using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>What is read of rows of logits beside the log-probability of a label and whether that is on top.</summary>
[Flags]
internal enum LogitDetails
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The entropy of each row's distribution.</summary>
    Entropy = 1,

    /// <summary>log Σ_v p(v)² of each row.</summary>
    LogCollision = 2,
}

/// <summary>
/// Reads rows of logits, each with one label, one row at a time: whatever is asked of it is computed while it is in the cache, in float32.
/// </summary>
/// <param name="labels">The label of each of M rows.</param>
/// <param name="details">What is read besides.</param>
internal sealed class LabelReader(Tensor labels, LogitDetails details = LogitDetails.None)
{
    private readonly long[] _indices = labels.data<long>().ToArray();
    private readonly float[] _logProbs = new float[labels.shape[0]];
    private readonly bool[] _isTop = new bool[labels.shape[0]];
    private readonly float[] _entropy = new float[details.HasFlag(LogitDetails.Entropy) ? labels.shape[0] : 0];
    private readonly float[] _logCollision = new float[details.HasFlag(LogitDetails.LogCollision) ? labels.shape[0] : 0];

    /// <summary>Gets the log-probabilities of the labels, in nats. Shape <c>[M]</c>, the caller's.</summary>
    public Tensor LogProbs => tensor(_logProbs);

    /// <summary>Gets whether no token is more probable than the label, bool. Shape <c>[M]</c>, the caller's.</summary>
    public Tensor IsTop => tensor(_isTop);

    /// <summary>Gets the entropies, in nats. Shape <c>[M]</c>, the caller's.</summary>
    public Tensor Entropy => tensor(_entropy);

    /// <summary>Gets log Σ_v p(v)², in nats. Shape <c>[M]</c>, the caller's.</summary>
    public Tensor LogCollision => tensor(_logCollision);

    /// <summary>Reads rows and destroys them.</summary>
    /// <param name="logits">float32 or bfloat16, contiguous. Shape <c>[m, V]</c>.</param>
    /// <param name="start">The first row's place among the M.</param>
    public void Read(Tensor logits, long start) => Read(logits, (int)start, turns: false);

    /// <summary>Reads rows and turns them into softmax − onehot(label), the gradient of −log-prob by the logits.</summary>
    /// <param name="logits">float32 or bfloat16, contiguous. Shape <c>[m, V]</c>.</param>
    /// <param name="start">The first row's place among the M.</param>
    public void IntoGradient(Tensor logits, long start) => Read(logits, (int)start, turns: true);

    private void Read(Tensor logits, int start, bool turns)
    {
        var (rows, width) = ((int)logits.shape[0], (int)logits.shape[1]);
        if (logits.dtype == ScalarType.Float32)
        {
            var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
            for (var row = 0; row < rows; row++)
                ReadRow(values.Slice(row * width, width), start + row, turns);
            return;
        }

        var buffer = ArrayPool<float>.Shared.Rent(width);
        var wide = buffer.AsSpan(0, width);
        var bits = MemoryMarshal.Cast<byte, ushort>(logits.bytes);
        for (var row = 0; row < rows; row++)
        {
            var narrow = bits.Slice(row * width, width);
            BrainFloat.Widen(narrow, wide);
            ReadRow(wide, start + row, turns);
            if (turns)
                BrainFloat.Narrow(wide, narrow);
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    private void ReadRow(Span<float> row, int index, bool turns)
    {
        var label = (int)_indices[index];
        TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
        var ofLabel = row[label];
        var logSum = details.HasFlag(LogitDetails.Entropy) ? ExponentiateWithEntropy(row, out _entropy[index]) : Exponentiate(row);
        (_logProbs[index], _isTop[index]) = (ofLabel - logSum, ofLabel >= 0);
        if (details.HasFlag(LogitDetails.LogCollision))
            _logCollision[index] = MathF.Log(TensorPrimitives.SumOfSquares<float>(row)) - (2 * logSum);
        if (!turns)
            return;
        TensorPrimitives.Multiply(row, MathF.Exp(-logSum), row);
        row[label]--;
    }

    /// <summary>Turns values x into exp x and gives the logarithm of their sum.</summary>
    private static float Exponentiate(Span<float> row)
    {
        TensorPrimitives.Exp(row, row);
        return MathF.Log(TensorPrimitives.Sum<float>(row));
    }

    // −Σ p log p = log s − Σ e^x x / s for values x with sum of exponentials s. What underflows to 0, −∞ too, adds nothing.
    private static float ExponentiateWithEntropy(Span<float> row, out float entropy)
    {
        var finite = ArrayPool<float>.Shared.Rent(row.Length);
        var values = finite.AsSpan(0, row.Length);
        TensorPrimitives.Max(row, float.MinValue, values);
        var logSum = Exponentiate(row);
        entropy = logSum - (TensorPrimitives.Dot<float>(row, values) * MathF.Exp(-logSum));
        ArrayPool<float>.Shared.Return(finite);
        return logSum;
    }
}
