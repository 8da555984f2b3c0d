using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What is about to be written, in the form in which files are read.</summary>
/// <param name="path">Where it goes, for messages.</param>
/// <param name="metadata">The keys with their values, in their order.</param>
/// <param name="tensors">The tensors, in their order.</param>
internal sealed class GgufDraft(string path, OrderedDictionary<string, object> metadata, IReadOnlyList<GgufTensor> tensors) : IGgufContents
{
    private readonly Dictionary<string, GgufTensor> _byName = tensors.ToDictionary(tensor => tensor.Name);

    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, object> Metadata => metadata;

    /// <summary>Gets the keys with their values, in their order.</summary>
    public OrderedDictionary<string, object> Pairs => metadata;

    /// <summary>Gets the tensors, in their order.</summary>
    public IReadOnlyList<GgufTensor> Tensors => tensors;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <inheritdoc/>
    public StoredTensor Tensor(string name) => _byName[name].Source;
}
