using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>
/// Matrices in an encoding of few bits, the head in one of more, as llama.cpp chooses them: what rows are no whole blocks for takes the
/// next encoding.
/// </summary>
/// <param name="usual">That of most matrices.</param>
internal class QuantizedEncodings(TensorEncoding usual) : IGgufEncodings
{
    private static readonly Dictionary<TensorEncoding, TensorEncoding> Next = new()
    {
        [TensorEncoding.Q4_K] = TensorEncoding.Q5_0, [TensorEncoding.Q5_K] = TensorEncoding.Q5_1, [TensorEncoding.Q6_K] = TensorEncoding.Q8_0,
    };

    /// <inheritdoc/>
    public TensorEncoding Of(StoredTensor source, bool isChanged, DecoderLayout layout)
    {
        if (!UniformEncodings.IsMatrix(source))
            return TensorEncoding.F32;
        var isHead = source.Name == (layout.IsTied ? GgufModel.Embedding : GgufModel.Head);
        var encoding = isHead ? TensorEncoding.Q6_K : OfLayer(source.Name, layout.Layers.Count) ?? usual;
        while (source.Shape[^1] % BlockQuantization.ElementsPerBlock(encoding) != 0)
            encoding = Next.GetValueOrDefault(encoding, TensorEncoding.F16);
        return encoding;
    }

    /// <summary>The encoding of a matrix that has another than most; null if it has that of most.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="layers">The number of layers.</param>
    protected virtual TensorEncoding? OfLayer(string name, int layers) => null;
}
