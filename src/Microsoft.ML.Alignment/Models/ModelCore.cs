using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The base of a model, which models of one chain share: network, small files and what is read from them.</summary>
/// <remarks>
/// Its native memory is reported to the garbage collector. A core that nobody disposed is collected: the tensors free themselves, the
/// finaliser takes the report back.
/// </remarks>
internal sealed class ModelCore : ReferenceCounted
{
    private readonly long nativeBytes;
    private int reported = 1;

    /// <param name="files">The small files.</param>
    /// <param name="config">What the configuration says.</param>
    /// <param name="weights">By name; the core's from now on.</param>
    /// <param name="stored">The weights as they came; null if they were trained or made here.</param>
    /// <param name="source">Where the base came from, for messages.</param>
    public ModelCore(
        ModelFiles files, ModelConfig config, IReadOnlyDictionary<string, Parameter> weights,
        IReadOnlyCollection<StoredTensor>? stored, string source)
    {
        // The matrix kernel is chosen before a model's first product.
        _ = AlignmentRuntime.Current;
        (Files, Config, Source) = (files, config, source);
        ChatTemplate = new(() => ChatTemplateReader.Read(files));
        Network = new(config, weights);
        Stored = stored ?? [.. weights.Select(weight => new TensorStoredTensor(weight.Key, weight.Value))];
        LinearLayers = Network.LinearLayers.ToDictionary(linear => linear.Path);
        LinearShapes = LinearLayers.ToDictionary(linear => linear.Key, linear => (linear.Value.Weight.shape[0], linear.Value.Weight.shape[1]));
        nativeBytes = weights.Values.Sum(weight => weight.NumberOfElements * weight.ElementSize);
        GC.AddMemoryPressure(nativeBytes);
    }

    /// <summary>Takes back the report of native memory, for a core that nobody disposed.</summary>
    ~ModelCore() => TakeBackReport();

    /// <summary>Gets the small files, byte for byte.</summary>
    public ModelFiles Files { get; }

    /// <summary>Gets what the configuration says.</summary>
    public ModelConfig Config { get; }

    /// <summary>Gets where the base came from, for messages.</summary>
    public string Source { get; }

    /// <summary>Gets the network with its weights.</summary>
    public DecoderNetwork Network { get; }

    /// <summary>Gets the linear layers but the head, by path.</summary>
    public IReadOnlyDictionary<string, LinearLayer> LinearLayers { get; }

    /// <summary>Gets [out, in] of the linear layers but the head, by path.</summary>
    public IReadOnlyDictionary<string, (long Out, long In)> LinearShapes { get; }

    /// <summary>Gets the weights in the encoding in which they came, else over the parameters.</summary>
    public IReadOnlyCollection<StoredTensor> Stored { get; }

    /// <summary>Gets the tokenizer; null if the model came without one.</summary>
    public ModelTokenizer? Tokenizer { get; init; }

    /// <summary>Gets the chat template, parsed when it is asked for, so that a template that is not supported does no harm to plain text.</summary>
    public Lazy<ChatTemplate?> ChatTemplate { get; }

    /// <inheritdoc/>
    protected override string What => $"The model '{Source}'";

    /// <inheritdoc/>
    protected override void Free()
    {
        Network.Dispose();
        TakeBackReport();
    }

    private void TakeBackReport()
    {
        if (Interlocked.Exchange(ref reported, 0) == 1)
            GC.RemoveMemoryPressure(nativeBytes);
    }
}
