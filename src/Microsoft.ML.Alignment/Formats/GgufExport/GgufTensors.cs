using System.Globalization;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>The weights of a model with its adapters merged in, under the names and in the layout of GGUF files, made as they are written.</summary>
internal sealed class GgufTensors
{
    private const string WeightEnding = ".weight";

    private readonly LanguageModel _model;
    private readonly Dictionary<string, string> _paths;
    private readonly GgufTensorNames _names;
    private readonly HashSet<string> _changed;

    /// <param name="model">The model.</param>
    public GgufTensors(LanguageModel model)
    {
        var names = model.Config.Family.Names;
        (_model, _names, _paths) = (model, new(names), PathsOf(names, model.Config.LayerCount));
        _changed = [.. model.Adapters.SelectMany(adapter => adapter.Updates.Keys).Select(path => path + WeightEnding)];
    }

    /// <summary>The tensors, in the order of the network.</summary>
    /// <param name="encodings">How they are encoded.</param>
    public IEnumerable<GgufTensor> Of(IGgufEncodings encodings)
    {
        var weights = _model.BaseWeights.ToDictionary(weight => weight.Name);
        var layout = DecoderLayout.Of(_model.Config);
        foreach (var spec in layout.Weights)
        {
            var weight = weights[spec.Name];
            var source = Laid(weight);
            var isChanged = _changed.Contains(weight.Name);
            var encoding = encodings.Of(source, isChanged, layout);
            yield return new(source, isChanged ? Merged(weight, source, encoding) : TensorToWrite.Convert(source, encoding));
        }

        foreach (var factors in GgufRotaryTensors.Of(_model.Config))
            yield return new(factors, TensorToWrite.Copy(factors, factors.Name));
    }

    /// <summary>The name in GGUF files of a module of the network, e.g. <c>blk.0.attn_q</c>.</summary>
    /// <param name="path">Its path, e.g. <c>model.layers.0.self_attn.q_proj</c>.</param>
    public string NameOf(string path) => _paths[path];

    private TensorToWrite Merged(StoredTensor weight, StoredTensor source, TensorEncoding encoding) =>
        new(source.Name, encoding, source.Shape, stream =>
        {
            using var values = _model.MergedWeight(weight.Name[..^WeightEnding.Length]);
            TensorToWrite.Convert(Laid(new TensorStoredTensor(weight.Name, values)), encoding).Write(stream);
        });

    private StoredTensor Laid(StoredTensor weight)
    {
        var (config, facts) = (_model.Config, _model.Config.Family.Gguf);
        var ending = weight.Name.LastIndexOf('.');
        var name = _paths[weight.Name[..ending]] + weight.Name[ending..];
        var found = _names.Find(name)!.Value;
        if (facts.NormsArePlusOne && found.IsNorm)
            return ComputedTensor.PlusOne(weight, name);
        if (facts.LinearsAreTransposed && found.IsMatrix)
            return ComputedTensor.Transposed(weight, name);
        return GgufHeads.CountOf(facts, name, config.HeadCount, config.KeyValueHeadCount) > 0
            ? new NeighbourHeadsTensor(weight, name, config.HeadSize)
            : new RenamedTensor(weight, name);
    }

    private static Dictionary<string, string> PathsOf(DecoderNames names, int layers)
    {
        WeightName?[] ofLayers =
        [
            names.AttentionNorm, names.QueryNorm, names.KeyNorm, names.AddedAttentionNorm, names.MlpNorm, names.AddedMlpNorm,
            .. names.QueryKeyValue, names.Output, .. names.GateUp, names.Down,
        ];
        var paths = new[] { names.Embedding, names.Positions, names.FinalNorm, names.Head }.OfType<WeightName>()
            .ToDictionary(name => name.HuggingFace, name => name.Gguf);
        for (var layer = 0; layer < layers; layer++)
            foreach (var name in ofLayers.OfType<WeightName>())
                paths[In(names.LayerPrefix.HuggingFace, layer) + name.HuggingFace] = In(names.LayerPrefix.Gguf, layer) + name.Gguf;
        return paths;

        static string In(string prefix, int layer) => string.Format(CultureInfo.InvariantCulture, prefix, layer);
    }
}
