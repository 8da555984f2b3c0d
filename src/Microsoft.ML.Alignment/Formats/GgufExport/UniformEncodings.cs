using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>All matrices in one encoding; norms, biases and embeddings of positions are float32.</summary>
/// <param name="encoding">That of matrices.</param>
internal sealed class UniformEncodings(TensorEncoding encoding) : IGgufEncodings
{
    /// <inheritdoc/>
    public TensorEncoding Of(StoredTensor source, bool isChanged, DecoderLayout layout) =>
        IsMatrix(source) ? Fitting(encoding, source) : TensorEncoding.F32;

    /// <summary>Whether a tensor is one that encodings are chosen for.</summary>
    public static bool IsMatrix(StoredTensor source) => source.Shape.Length > 1 && source.Name != "position_embd.weight";

    /// <summary>The encoding; float32 where rows are not whole blocks of it.</summary>
    public static TensorEncoding Fitting(TensorEncoding encoding, StoredTensor source) =>
        source.Shape[^1] % BlockQuantization.ElementsPerBlock(encoding) == 0 ? encoding : TensorEncoding.F32;
}
