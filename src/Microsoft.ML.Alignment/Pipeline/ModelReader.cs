using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Reads the models of a pipeline's stages: what stages share in the file they share in memory.</summary>
internal sealed class ModelReader
{
    private static readonly ConditionalWeakTable<RepositoryReader, ModelReader> Readers = [];

    // Weak, because the stages own their models and nothing tells when the last one was read.
    private readonly Dictionary<string, WeakReference<LanguageModel>> _holders = [];
    private readonly RepositoryReader _repository;

    private ModelReader(RepositoryReader repository)
    {
        RepositoryEntries.Check(repository);
        _repository = repository;
    }

    /// <summary>The reader of a file; all stages of the file have the same one. The first time, the file is checked.</summary>
    /// <exception cref="FormatException">The file is damaged, or expands to more than it can hold.</exception>
    public static ModelReader Of(RepositoryReader repository) => Readers.GetValue(repository, r => new(r));

    /// <summary>Reads a model; the caller's.</summary>
    /// <param name="saved">What the stage remembers of it.</param>
    /// <param name="history">How it was trained.</param>
    /// <exception cref="FormatException">A part is missing or damaged, or does not fit the others.</exception>
    public LanguageModel Read(SavedModel saved, IReadOnlyList<TrainingRecord> history)
    {
        try
        {
            using var baseModel = Base(saved);
            var head = saved.RewardHead is { } hash ? Decoded(hash, AdapterTensors.RewardHead) : null;
            using var unrecorded = baseModel.With([.. saved.Adapters.Select(Adapter)], head);
            var model = unrecorded.WithHistory(history);
            var holder = new WeakReference<LanguageModel>(model);
            _holders[BaseKey(saved)] = holder;
            foreach (var adapter in saved.Adapters)
                _holders[AdapterKey(adapter)] = holder;
            return model;
        }
        catch (Exception e) when (e is not FormatException && (e is InvalidDataException || FileErrors.IsOfParsing(e)))
        {
            throw new FormatException($"The model '{saved.Source}' of the model file cannot be built: {e.Message}", e);
        }
    }

    private static string BaseKey(SavedModel saved) =>
        string.Join('|', saved.Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value).Prepend(saved.Weights));

    private static string AdapterKey(SavedAdapter adapter) => $"{adapter.Name}|{adapter.Weights}";

    private LanguageModel Base(SavedModel saved)
    {
        if (Holder(BaseKey(saved)) is { } holder)
            return holder.Share();
        var files = saved.Files.ToDictionary(f => f.Key, f => File(f.Key, f.Value));
        var weights = Tensors(saved.Weights);
        try
        {
            return LanguageModel.Load(new ModelFiles(files), weights, saved.Source);
        }
        catch
        {
            StoredTensor.Close(weights);
            throw;
        }
    }

    private Adapter Adapter(SavedAdapter saved) =>
        Holder(AdapterKey(saved))?.Adapters.FirstOrDefault(a => a.Name == saved.Name)
        ?? Decoded(saved.Weights, tensors => AdapterTensors.Adapter(saved, tensors));

    private LanguageModel? Holder(string key) =>
        _holders.TryGetValue(key, out var holder) && holder.TryGetTarget(out var model) ? model : null;

    private T Decoded<T>(string hash, Func<IReadOnlyList<StoredTensor>, T> decode)
    {
        var tensors = Tensors(hash);
        try
        {
            return decode(tensors);
        }
        finally
        {
            StoredTensor.Close(tensors);
        }
    }

    private IReadOnlyList<StoredTensor> Tensors(string hash) => RepositoryEntries.Read(
        _repository, ModelWriter.WeightsFolder, hash, (stream, length) => TensorBlob.Read(stream, length, hash));

    private byte[] File(string name, string hash)
    {
        var content = RepositoryEntries.Read(_repository, ModelWriter.FilesFolder, hash, (stream, length) =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
        return Convert.ToHexStringLower(SHA256.HashData(content)) == hash
            ? content
            : throw new FormatException(
                $"'{name}' of the model file is damaged: it does not have the SHA-256 '{hash}'. Copy or save the file again.");
    }
}
