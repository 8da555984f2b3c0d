using Microsoft.ML.Alignment.Models.Families;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// What distinguishes a family of decoders, as data that one network computes: how its configuration is read and how its weights are named.
/// </summary>
internal abstract class DecoderFamily
{
    private static readonly Dictionary<string, DecoderFamily> All = new DecoderFamily[]
    {
        new Gemma2Family(),
        new Gemma3Family(),
        new Gpt2Family(),
        new GraniteFamily(),
        new LlamaFamily(),
        new MistralFamily(),
        new Olmo2Family(),
        new Phi3Family(),
        new Qwen2Family(),
        new Qwen3Family(),
        new SmolLM3Family(),
    }.ToDictionary(family => family.ModelType);

    /// <summary>Gets the <c>model_type</c> of its configuration files.</summary>
    public abstract string ModelType { get; }

    /// <summary>Gets the class that its configuration files name, e.g. <c>LlamaForCausalLM</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>Gets the names of its weights.</summary>
    public virtual DecoderNames Names { get; } = new();

    /// <summary>Gets how its configuration files say what all families say.</summary>
    public virtual ConfigKeys Keys { get; } = new();

    /// <summary>Gets what its GGUF files say otherwise.</summary>
    public abstract GgufFacts Gguf { get; }

    /// <summary>Gets the architectures of GGUF files that are read.</summary>
    public static IEnumerable<string> GgufArchitectures => All.Values.Select(family => family.Gguf.Architecture).Distinct();

    /// <summary>Gets ends of the names of buffers that some checkpoints store beside the weights and that are computed here.</summary>
    public virtual IReadOnlyList<string> IgnoredBuffers => [".rotary_emb.inv_freq"];

    /// <summary>Reads what a configuration says of the network.</summary>
    /// <exception cref="NotSupportedException">A switch that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value that is missing or makes no sense.</exception>
    public abstract ModelConfig Read(ModelConfigReader reader);

    /// <summary>The name that a weight has here, for families whose checkpoints name it in more than one way.</summary>
    public virtual string CanonicalName(string name) => name;

    /// <summary>
    /// Finds the family of a GGUF file by its architecture; null if there is none. Where several have one architecture, the first has all
    /// that such a file can say.
    /// </summary>
    public static DecoderFamily? OfGguf(string? architecture) => All.Values.FirstOrDefault(family => family.Gguf.Architecture == architecture);

    /// <summary>Finds a family.</summary>
    /// <exception cref="NotSupportedException">There is no such family; the message lists those there are.</exception>
    public static DecoderFamily Of(string? modelType) => modelType is not null && All.TryGetValue(modelType, out var family)
        ? family
        : throw new NotSupportedException(
            $"{ModelFiles.Config}: model_type '{modelType}' is not implemented; implemented are {string.Join(", ", All.Keys.Order())}.");
}
