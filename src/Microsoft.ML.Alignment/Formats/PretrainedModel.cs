using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Loads pretrained models: Hugging Face folders and GGUF files.</summary>
internal static class PretrainedModel
{
    private const string Allowed = "Give a Hugging Face folder (config.json, tokenizer.json, model.safetensors) or a GGUF file";

    private static ReadOnlySpan<byte> ZipMagic => "PK"u8;

    /// <summary>Loads a model, which the caller owns.</summary>
    /// <param name="path">A folder, or a GGUF file under any name.</param>
    /// <param name="chatTemplate">The name of one of its chat templates, or another template; null for its own.</param>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="FileNotFoundException">
    /// There is no such GGUF file, or the folder lacks its configuration or its weights.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged, of another format, or does not belong to the others, or the model has no chat template of the name.
    /// </exception>
    /// <exception cref="NotSupportedException">The model needs something that is not implemented.</exception>
    /// <exception cref="ChatTemplateException">The chat template cannot be read.</exception>
    public static LanguageModel Load(string path, string? chatTemplate = null)
    {
        RequireExists(path);
        return FileErrors.Place(path, () => LoadExisting(path, chatTemplate));
    }

    /// <summary>Checks cheaply, when a pipeline is composed, that there is something at a path that looks like a model.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static void Check(string path)
    {
        RequireExists(path);
        if (Directory.Exists(path))
            HuggingFaceFolder.RequireModel(path);
        else
            RequireGguf(path);
    }

    private static LanguageModel LoadExisting(string path, string? chatTemplate)
    {
        var pretrained = Directory.Exists(path) ? HuggingFaceFolder.Read(path) : GgufModel.Read(RequireGguf(path));
        try
        {
            var text = TextPart.Of(pretrained);
            text = text with { Files = ChatTemplateReader.Choose(text.Files, chatTemplate) };
            return text.Weights.Any(w => w.Name == ScalarHead.WeightName)
                ? LoadRewardModel(text, path)
                : LanguageModel.Load(text.Files, text.Weights, path);
        }
        catch
        {
            StoredTensor.Close(pretrained.Weights);
            throw;
        }
    }

    private static LanguageModel LoadRewardModel(PretrainedFiles pretrained, string path)
    {
        var stored = pretrained.Weights.First(w => w.Name == ScalarHead.WeightName);
        if (stored.Shape is not [1, _])
            throw new InvalidDataException(
                $"'{path}': {stored.Name} has shape [{string.Join(", ", stored.Shape)}]; a reward model has one label, [1, D].");
        var files = RewardModelConfig.WithoutLanguageHead(pretrained.Files);
        using var model = LanguageModel.Load(files, [.. pretrained.Weights.Where(w => w != stored)], path);
        return model.With([], PeftFolder.Frozen(stored, model));
    }

    private static void RequireExists(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path) || File.Exists(path))
            return;
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            throw new FileNotFoundException($"There is no file '{path}' (looked for at '{Path.GetFullPath(path)}'). {Allowed}.", path);
        throw new DirectoryNotFoundException(
            $"There is no folder or file '{path}' (looked for at '{Path.GetFullPath(path)}'). {Allowed}; nothing is downloaded here.");
    }

    /// <summary>Whether a file begins as zip files, and so saved pipelines, do.</summary>
    public static bool IsZip(string path)
    {
        Span<byte> start = stackalloc byte[ZipMagic.Length];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(ZipMagic);
    }

    private static string RequireGguf(string path)
    {
        if (new FileInfo(path) is { LinkTarget: null, Length: 0 })
            throw new InvalidDataException($"The file '{path}' is empty, or a pipe or device and no file. {Allowed}.");
        if (GgufFile.IsGguf(path))
            return path;
        throw new InvalidDataException(IsZip(path)
            ? $"The file '{path}' is a zip file. If it is a saved pipeline, load it with Load, which gives its stages with their models. {Allowed}."
            : $"The file '{path}' is no GGUF file. {Allowed}.");
    }
}
