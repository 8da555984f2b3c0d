using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Writes the models of a pipeline's stages into one file: every part once, however many stages have it.</summary>
internal sealed class ModelWriter
{
    public const string WeightsFolder = "AlignmentWeights";
    public const string FilesFolder = "AlignmentFiles";

    private static readonly ConditionalWeakTable<RepositoryWriter, ModelWriter> Writers = [];

    private readonly Dictionary<object, string> _hashes = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _written = [];
    private readonly RepositoryWriter _repository;

    private ModelWriter(RepositoryWriter repository) => _repository = repository;

    /// <summary>The writer of a file; all stages of the file have the same one.</summary>
    public static ModelWriter Of(RepositoryWriter repository) => Writers.GetValue(repository, r => new(r));

    /// <summary>Writes what of a model is not in the file yet.</summary>
    /// <returns>What the stage has to remember.</returns>
    public SavedModel Write(LanguageModel model) => new(
        Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source)),
        model.Files.Names.Order(StringComparer.Ordinal).ToDictionary(name => name, name => WriteFile(model.Files.Bytes(name)!)),
        WriteTensors(model.BaseIdentity, () => model.BaseWeights, found => BaseHash.Require(model, found)),
        [.. model.Adapters.Select(Write)],
        model.RewardHead is { } head ? WriteTensors(head, () => AdapterTensors.Of(head)) : null);

    private SavedAdapter Write(Adapter adapter) => new(
        adapter.Name,
        adapter.ConfigJson,
        WriteTensors(adapter, () => AdapterTensors.Of(adapter)),
        adapter.Updates.ToDictionary(u => u.Key, u => new SavedUpdate(u.Value.Scale, u.Value.Dropout)));

    private string WriteFile(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (_written.Add($"{FilesFolder}/{hash}"))
            RepositoryEntries.Write(_repository, FilesFolder, hash, stream => stream.Write(content));
        return hash;
    }

    private string WriteTensors(object identity, Func<IReadOnlyCollection<StoredTensor>> tensorsOf, Action<string>? check = null)
    {
        if (_hashes.TryGetValue(identity, out var known))
            return known;
        var tensors = tensorsOf();
        var hash = TensorBlob.Hash(tensors);
        check?.Invoke(hash);
        if (_written.Add($"{WeightsFolder}/{hash}"))
            RepositoryEntries.Write(_repository, WeightsFolder, hash, stream => TensorBlob.Write(stream, tensors));
        return _hashes[identity] = hash;
    }
}
