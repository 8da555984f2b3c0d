using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The active adapters of a model, arranged by linear layer.</summary>
internal sealed class AdapterStack : IDisposable
{
    private readonly Dictionary<string, List<LowRankUpdate>> _updates = [];
    private readonly Lazy<DropoutStream> _dropout = new(() => new());

    /// <param name="adapters">In the order in which they were trained.</param>
    public AdapterStack(IReadOnlyList<Adapter> adapters)
    {
        Adapters = [.. adapters];
        foreach (var (path, update) in Adapters.SelectMany(adapter => adapter.Updates))
        {
            if (!_updates.TryGetValue(path, out var ofLayer))
                _updates[path] = ofLayer = [];
            ofLayer.Add(update);
        }
    }

    /// <summary>Gets the adapters, in order.</summary>
    public IReadOnlyList<Adapter> Adapters { get; }

    /// <summary>Gets what draws the inputs that the adapters drop while they train.</summary>
    public DropoutStream Dropout => _dropout.Value;

    /// <summary>The updates of a layer, in the order of the adapters; none if no adapter changes it.</summary>
    public IReadOnlyList<LowRankUpdate> UpdatesOf(string path) => _updates.TryGetValue(path, out var found) ? found : [];

    /// <summary>Refuses adapters that do not fit a model.</summary>
    /// <param name="linearLayers">The model's linear layers, with [out, in].</param>
    /// <exception cref="ArgumentException">Two adapters of one name, a layer the model lacks, or matrices of another shape.</exception>
    public void RequireFit(IReadOnlyDictionary<string, (long Out, long In)> linearLayers)
    {
        if (Adapters.GroupBy(adapter => adapter.Name).FirstOrDefault(named => named.Count() > 1) is { } twice)
            throw new ArgumentException($"Two adapters are named '{twice.Key}'; the names in a stack must differ.");
        foreach (var adapter in Adapters)
            foreach (var (path, update) in adapter.Updates)
                RequireFit(adapter.Name, path, update, linearLayers);
    }

    public void Dispose()
    {
        if (_dropout.IsValueCreated)
            _dropout.Value.Dispose();
    }

    private static void RequireFit(
        string name, string path, LowRankUpdate update, IReadOnlyDictionary<string, (long Out, long In)> linearLayers)
    {
        if (!linearLayers.TryGetValue(path, out var layer))
            throw new ArgumentException($"Adapter '{name}' changes '{path}'; the model has no such linear layer.");
        var (a, b) = (update.A.shape, update.B.shape);
        if (a.Length != 2 || b.Length != 2 || a[1] != layer.In || b[0] != layer.Out || a[0] != b[1])
            throw new ArgumentException(
                $"Adapter '{name}': the matrices of '{path}' have shapes [{string.Join(", ", a)}] and [{string.Join(", ", b)}]; " +
                $"for this model they must be [R, {layer.In}] and [{layer.Out}, R].");
    }
}
