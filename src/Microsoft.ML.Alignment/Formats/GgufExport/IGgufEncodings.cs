using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Says how the tensors of a GGUF file are encoded.</summary>
internal interface IGgufEncodings
{
    /// <summary>The encoding of a tensor, whose rows are whole blocks of it.</summary>
    /// <param name="source">What it is made of, in the layout of the file.</param>
    /// <param name="isChanged">Whether adapters change it.</param>
    /// <param name="layout">The network.</param>
    TensorEncoding Of(StoredTensor source, bool isChanged, DecoderLayout layout);
}
