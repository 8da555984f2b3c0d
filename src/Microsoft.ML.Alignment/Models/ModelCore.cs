using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The base of a model, which models of one chain share: weights, small files and what is read from them.</summary>
/// <remarks>
/// Stored weights are decoded when the network is first used, so that a stage that only passes on costs no memory. Native memory is
/// reported to the garbage collector. A core that nobody disposed is collected: the tensors free themselves, the finaliser takes the report
/// back.
/// </remarks>
internal sealed class ModelCore : ReferenceCounted
{
    private readonly Lock _gate = new();
    private DecoderNetwork? _network;
    private string? _weightsHash;
    private long _reportedBytes;

    /// <summary>A base whose weights stay as they came until they are used.</summary>
    /// <param name="files">The small files.</param>
    /// <param name="config">What the configuration says.</param>
    /// <param name="stored">Every weight of the configuration's layout.</param>
    /// <param name="source">Where the base came from, for messages.</param>
    public ModelCore(ModelFiles files, ModelConfig config, IReadOnlyCollection<StoredTensor> stored, string source)
    {
        // The matrix kernel is chosen before a model's first product.
        _ = AlignmentRuntime.Current;
        (Files, Config, Stored, Source) = (files, config, stored, source);
        ChatTemplate = new(() => ChatTemplateReader.Read(files));
        LinearShapes = DecoderLayout.Of(config).Layers.SelectMany(layer => layer.Linears)
            .ToDictionary(linear => linear.Path, linear => (linear.Out, linear.In));
    }

    /// <summary>A base whose weights were trained or made here.</summary>
    /// <param name="files">The small files.</param>
    /// <param name="config">What the configuration says.</param>
    /// <param name="weights">By name; the core's from now on.</param>
    /// <param name="source">Where the base came from, for messages.</param>
    public ModelCore(ModelFiles files, ModelConfig config, IReadOnlyDictionary<string, Parameter> weights, string source)
        : this(files, config, [.. weights.Select(weight => new TensorStoredTensor(weight.Key, weight.Value))], source) =>
        (_network, Device) = (Build(weights), weights.Values.First().device);

    /// <summary>Takes back the report of native memory, for a core that nobody disposed.</summary>
    ~ModelCore() => TakeBackReport();

    /// <summary>Gets the small files, byte for byte.</summary>
    public ModelFiles Files { get; }

    /// <summary>Gets what the configuration says.</summary>
    public ModelConfig Config { get; }

    /// <summary>Gets where the base came from, for messages.</summary>
    public string Source { get; }

    /// <summary>Gets where the weights live, or will once they are decoded. The default is the processor's memory.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Gets the network with its weights, which are decoded at the first call.</summary>
    /// <exception cref="IOException">A file that the weights came from can no longer be read.</exception>
    public DecoderNetwork Network
    {
        get
        {
            lock (_gate)
                return _network ??= Build(WeightLoader.Decode(Stored, Device));
        }
    }

    /// <summary>Gets the SHA-256 of the weights in the encoding in which they came; that of stored ones is computed once.</summary>
    /// <exception cref="IOException">A file that the weights came from can no longer be read.</exception>
    public string WeightsHash
    {
        get
        {
            lock (_gate)
                return Stored.Any(weight => weight is TensorStoredTensor) ? HashWeights() : _weightsHash ??= HashWeights();
        }
    }

    /// <summary>Gets the SHA-256 of all that the base is: small files with configuration and tokenizer, and weights.</summary>
    /// <exception cref="IOException">A file that the weights came from can no longer be read.</exception>
    public string Hash
    {
        get
        {
            using var hash = new ContentHasher();
            foreach (var name in Files.Names.Order(StringComparer.Ordinal))
            {
                hash.Add(name);
                hash.Add(Files.Bytes(name));
            }

            hash.Add(WeightsHash);
            return hash.Finish();
        }
    }

    /// <summary>Gets the weights that train; those that were never decoded do not.</summary>
    public IEnumerable<Parameter> Trainable => _network?.Weights.Values.Where(weight => weight.requires_grad) ?? [];

    /// <summary>Gets [out, in] of the linear layers but the head, by path.</summary>
    public IReadOnlyDictionary<string, (long Out, long In)> LinearShapes { get; }

    /// <summary>Gets the weights in the encoding in which they came, else over the parameters.</summary>
    public IReadOnlyCollection<StoredTensor> Stored { get; }

    /// <summary>Gets what the stored weights are read from, which is closed with the core.</summary>
    public IReadOnlyCollection<IDisposable> Storages { get; init; } = [];

    /// <summary>Gets the tokenizer; null if the model came without one.</summary>
    public ModelTokenizer? Tokenizer { get; init; }

    /// <summary>Gets how the files disagree about the tokens that end a completion; null if they do not.</summary>
    public string? EndTokenDisagreement { get; init; }

    /// <summary>
    /// Gets the chat template, parsed when it is asked for, so that a template that is not supported does no harm to plain text.
    /// </summary>
    public Lazy<ChatTemplate?> ChatTemplate { get; }

    /// <inheritdoc/>
    protected override string What => $"The model '{Source}'";

    /// <summary>The same base on another device; the caller's. It holds this one, whose stored weights are its own.</summary>
    public ModelCore On(Device device)
    {
        AddReference();
        return new(Files, Config, Stored, Source) { Tokenizer = Tokenizer, Device = device, Storages = [new Held(this)] };
    }

    /// <summary>A copy of a weight, float32; the caller's. A weight that was not decoded yet stays so.</summary>
    /// <exception cref="KeyNotFoundException">There is no such weight.</exception>
    public Tensor Copy(string name)
    {
        lock (_gate)
            return _network is null ? WeightLoader.Decode(Stored.FirstOrDefault(tensor => tensor.Name == name) ?? throw Missing(), Device)
                : _network.Weights[name].clone();

        KeyNotFoundException Missing() => new($"{What} has no weight '{name}'.");
    }

    /// <summary>Checks that ids are in the vocabulary.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public void RequireKnownIds(long[] ids)
    {
        foreach (var id in ids)
            if (id < 0 || id >= Config.VocabularySize)
                throw new ArgumentException($"Token id {id} is not in the vocabulary of '{Source}', which has ids 0 to {Config.VocabularySize - 1}.");
    }

    /// <inheritdoc/>
    protected override void Free()
    {
        _network?.Dispose();
        TakeBackReport();
        foreach (var storage in Storages)
            storage.Dispose();
    }

    private string HashWeights()
    {
        using var hash = new ContentHasher();
        foreach (var weight in Stored.OrderBy(weight => weight.Name, StringComparer.Ordinal))
            hash.Add(weight);
        return hash.Finish();
    }

    private DecoderNetwork Build(IReadOnlyDictionary<string, Parameter> weights)
    {
        _reportedBytes = weights.Values.Sum(weight => weight.NumberOfElements * weight.ElementSize);
        GC.AddMemoryPressure(_reportedBytes);
        return new(Config, weights);
    }

    private sealed class Held(ModelCore core) : IDisposable
    {
        public void Dispose() => core.Release();
    }

    private void TakeBackReport()
    {
        if (Interlocked.Exchange(ref _reportedBytes, 0) is > 0 and var bytes)
            GC.RemoveMemoryPressure(bytes);
    }
}
