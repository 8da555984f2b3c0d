using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The type of saved weights, in the weights and in the configuration, which name it alike.</summary>
internal static class SavedEncoding
{
    private const string Key = "dtype";
    private const string OlderKey = "torch_dtype";

    private static readonly (WeightEncoding Wanted, TensorEncoding Written, string Name)[] Known =
    [
        (WeightEncoding.Float32, TensorEncoding.F32, "float32"),
        (WeightEncoding.Float16, TensorEncoding.F16, "float16"),
        (WeightEncoding.BFloat16, TensorEncoding.BF16, "bfloat16"),
    ];

    /// <summary>The type of the weights; null if the configuration is asked and names none.</summary>
    /// <exception cref="NotSupportedException">The configuration is asked and names a type in which weights are not written.</exception>
    public static TensorEncoding? Of(LanguageModel model, WeightEncoding wanted)
    {
        if (wanted != WeightEncoding.AsConfigured)
            return Known.First(known => known.Wanted == wanted).Written;
        var config = JsonSettings.Parse(model.Files.Text(ModelFiles.Config)!, ModelFiles.Config);
        if ((config.FindText(Key) ?? config.FindText(OlderKey)) is not { } name)
            return null;
        var found = Known.Where(known => known.Name == name).ToArray();
        return found is [var (_, written, _)] ? written : throw new NotSupportedException(
            $"{ModelFiles.Config}: dtype '{name}' is not written; written are {string.Join(", ", Known.Select(known => known.Name))}.");
    }

    /// <summary>A configuration that names a type.</summary>
    public static byte[] Named(byte[] configJson, WeightEncoding wanted)
    {
        if (wanted == WeightEncoding.AsConfigured)
            return configJson;
        var config = JsonNode.Parse(configJson)!.AsObject();
        config[config.ContainsKey(Key) ? Key : OlderKey] = Known.First(known => known.Wanted == wanted).Name;
        return JsonText.Write(config);
    }
}
