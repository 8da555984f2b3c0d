namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What the metadata of a GGUF file says of the file and of where its model comes from.</summary>
internal static class GgufGeneralKeys
{
    public const string FileType = "general.file_type";
    public const string QuantizationVersion = "general.quantization_version";
    private const uint CurrentVersion = 2;

    /// <summary>The keys with their values.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">The type of the file.</param>
    public static IEnumerable<KeyValuePair<string, object>> Of(LanguageModel model, GgufType type)
    {
        yield return new("general.architecture", model.Config.Family.Gguf.Architecture);
        yield return new("general.type", "model");
        yield return new("general.name", BaseModelName.Of(model).Split('/')[^1]);
        if (GgufEncodings.FileTypeOf(type) is { } number)
            yield return new(FileType, number);
        if (GgufEncodings.IsQuantised(type))
            yield return new(QuantizationVersion, CurrentVersion);
    }

    /// <summary>The base, the stages that trained the model on it and what they read; nothing for a model that was not trained.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Lineage(LanguageModel model)
    {
        if (model.History.Count == 0)
            yield break;
        yield return new("general.base_model.count", 1u);
        yield return new("general.base_model.0.name", BaseModelName.Of(model).Split('/')[^1]);
        if (BaseModelName.IsOfHub(BaseModelName.Of(model)))
            yield return new("general.base_model.0.repo_url", $"https://huggingface.co/{BaseModelName.Of(model)}");
        yield return new($"{GgufCarriedMetadata.OwnPrefix}library", model.History[^1].Environment.Library);
        yield return new($"{GgufCarriedMetadata.OwnPrefix}base.sha256", model.History[0].BaseHash);
        yield return new($"{GgufCarriedMetadata.OwnPrefix}stages", model.History.Select(stage => stage.Method).ToArray());
        yield return new($"{GgufCarriedMetadata.OwnPrefix}stage.steps", model.History.Select(stage => (uint)stage.Steps).ToArray());
        yield return new($"{GgufCarriedMetadata.OwnPrefix}stage.data_rows", model.History.Select(stage => (ulong)stage.Data.Used).ToArray());
        yield return new($"{GgufCarriedMetadata.OwnPrefix}stage.data_sha256", model.History.Select(stage => stage.Data.Hash).ToArray());
    }
}
