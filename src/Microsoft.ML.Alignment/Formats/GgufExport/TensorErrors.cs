using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>How far the weights of a file are from those of its model, one tensor in memory at a time.</summary>
/// <param name="Largest">The largest error, the root of its mean square over that of the tensor.</param>
/// <param name="Findings">Tensors that are further off than their encoding explains.</param>
internal sealed record TensorErrors(double Largest, IReadOnlyList<string> Findings)
{
    private const string WeightEnding = ".weight";

    /// <summary>Compares all weights.</summary>
    /// <param name="model">The model, whose adapters are merged for it.</param>
    /// <param name="read">What was read of the file.</param>
    /// <param name="file">The file itself: what is read of a transposed matrix is float32 whatever it is there.</param>
    /// <param name="type">The type of the file.</param>
    public static TensorErrors Of(LanguageModel model, LanguageModel read, IGgufContents file, GgufType type)
    {
        var names = new GgufTensors(model);
        var (largest, findings) = (0.0, new List<string>());
        var weights = read.BaseWeights.ToDictionary(weight => weight.Name);
        foreach (var name in model.BaseWeights.Select(weight => weight.Name))
        {
            if (!weights.TryGetValue(name, out var weight))
            {
                findings.Add($"the file has no {name}");
                continue;
            }

            var error = Error(model, weight);
            largest = Math.Max(largest, error);
            var ending = name.LastIndexOf('.');
            var encoding = file.Tensor(names.NameOf(name[..ending]) + name[ending..]).Encoding;
            var allowed = GgufLimits.TensorError(encoding) is var limit && type == GgufType.AsStored ? Math.Max(limit, 1e-3) : limit;
            if (!(error <= allowed))
                findings.Add($"{name} is off by {error:P2} of its size; {encoding} explains up to {allowed:P2}");
        }

        return new(largest, findings);
    }

    private static double Error(LanguageModel model, StoredTensor stored)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var path = stored.Name.EndsWith(WeightEnding, StringComparison.Ordinal) ? stored.Name[..^WeightEnding.Length] : null;
        var expected = (path is not null && model.LinearLayers.ContainsKey(path) ? model.MergedWeight(path) : model.CopyOf(stored.Name)).cpu();
        var found = WeightLoader.Decode(stored, CPU);
        var size = expected.norm().item<float>();
        var difference = (found - expected).norm().item<float>();
        return size == 0 ? difference : difference / size;
    }
}
