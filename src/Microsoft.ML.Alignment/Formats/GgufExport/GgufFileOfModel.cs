using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Puts together what a GGUF file of a model holds.</summary>
internal static class GgufFileOfModel
{
    /// <summary>The metadata and tensors, of which none is made yet. Valid while the model is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">The type of the file.</param>
    /// <param name="path">Where it goes, for messages.</param>
    /// <exception cref="InvalidOperationException">The model has no tokenizer, or is a reward model.</exception>
    /// <exception cref="NotSupportedException">Such a file cannot say what the model computes, or how its tokenizer works.</exception>
    public static GgufDraft Of(LanguageModel model, GgufType type, string path)
    {
        if (model.RewardHead is not null)
            throw new InvalidOperationException(
                $"The model '{model.Source}' is a reward model, whose head has no place in a GGUF file; save it with " +
                $"{nameof(LanguageModelExtensions.SavePretrained)}.");
        var metadata = new OrderedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var (key, value) in Composed(model, type))
            metadata[key] = value;
        foreach (var (key, value) in GgufCarriedMetadata.Of(model.Files))
            if (key is not (GgufGeneralKeys.FileType or GgufGeneralKeys.QuantizationVersion) || type == GgufType.AsStored)
                metadata[key] = value;
        var draft = new GgufDraft(path, metadata, [.. new GgufTensors(model).Of(GgufEncodings.Of(type))]);
        GgufFidelity.Require(model, draft);
        return draft;
    }

    private static IEnumerable<KeyValuePair<string, object>> Composed(LanguageModel model, GgufType type) =>
        GgufGeneralKeys.Of(model, type).Concat(GgufNetworkKeys.Of(model)).Concat(GgufTokenKeys.Of(model)).Concat(GgufGeneralKeys.Lineage(model));
}
