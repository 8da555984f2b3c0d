using System.Globalization;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>What a tensor of a GGUF file is in a Hugging Face folder, by the names of a family.</summary>
internal sealed class GgufTensorNames
{
    private readonly Dictionary<string, WeightName> _whole;
    private readonly Dictionary<string, WeightName> _ofLayers;
    private readonly HashSet<WeightName> _norms;
    private readonly HashSet<WeightName> _linears;
    private readonly string _layerPrefix;

    public GgufTensorNames(DecoderNames names)
    {
        _layerPrefix = names.LayerPrefix.HuggingFace;
        _norms = Present(names.AttentionNorm, names.QueryNorm, names.KeyNorm, names.AddedAttentionNorm, names.MlpNorm, names.AddedMlpNorm);
        _linears = [.. names.QueryKeyValue, names.Output, .. names.GateUp, names.Down];
        _ofLayers = _norms.Concat(_linears).ToDictionary(name => name.Gguf);
        _whole = Present(names.Embedding, names.Positions, names.FinalNorm, names.Head).ToDictionary(name => name.Gguf);
        _norms.Add(names.FinalNorm);
    }

    /// <summary>What a tensor is; null if the family has no such tensor.</summary>
    /// <param name="name">Its name in the file.</param>
    public GgufTensorName? Find(string name)
    {
        if (name.Split('.') is [var module, "weight" or "bias"] whole && _whole.TryGetValue(module, out var ofWhole))
            return new($"{ofWhole.HuggingFace}.{whole[1]}", _norms.Contains(ofWhole), false);
        if (name.Split('.') is not ["blk", var index, var part, "weight" or "bias"] parts || !_ofLayers.TryGetValue(part, out var ofLayer))
            return null;
        var path = string.Format(CultureInfo.InvariantCulture, _layerPrefix, index) + ofLayer.HuggingFace;
        var isMatrix = parts[3] == "weight" && _linears.Contains(ofLayer);
        return new($"{path}.{parts[3]}", _norms.Contains(ofLayer), isMatrix);
    }

    private static HashSet<WeightName> Present(params WeightName?[] names) => [.. names.OfType<WeightName>()];
}

/// <summary>What a tensor of a GGUF file is.</summary>
/// <param name="HuggingFace">Its name in a Hugging Face folder.</param>
/// <param name="IsNorm">Whether it is of a norm.</param>
/// <param name="IsMatrix">Whether it is the matrix of a linear layer of a decoder's layer.</param>
internal readonly record struct GgufTensorName(string HuggingFace, bool IsNorm, bool IsMatrix);
