using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>The encodings in which matrices came; those of blocks that adapters change become half precision.</summary>
internal sealed class StoredEncodings : IGgufEncodings
{
    /// <inheritdoc/>
    public TensorEncoding Of(StoredTensor source, bool isChanged, DecoderLayout layout)
    {
        if (!UniformEncodings.IsMatrix(source))
            return TensorEncoding.F32;
        return isChanged && BlockQuantization.ElementsPerBlock(source.Encoding) > 1 ? TensorEncoding.F16 : source.Encoding;
    }
}
