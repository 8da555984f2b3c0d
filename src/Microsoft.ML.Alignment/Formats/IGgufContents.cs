using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Metadata and tensors in the form of GGUF: of a file, of its parts, or of what is about to be written.</summary>
internal interface IGgufContents
{
    /// <summary>Gets the path, for messages.</summary>
    string Path { get; }

    /// <summary>Gets the metadata: numbers, bools and strings of the CLR, and arrays of them.</summary>
    IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>Gets the names of all tensors, also of types that are not read.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>A tensor under its name in the file.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="NotSupportedException">It is quantised in a way that is not read.</exception>
    StoredTensor Tensor(string name);
}
