using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Formats.GgufExport;

namespace Microsoft.ML.Alignment;

/// <summary>Saves language models as GGUF files.</summary>
public static class LanguageModelGguf
{
    /// <summary>
    /// Saves a model as a GGUF file, as llama.cpp and Ollama read it: the adapters merged into the weights, with tokenizer, special tokens, every token
    /// that ends a completion, chat template, and how the model was trained. What the metadata of a base from a GGUF file says besides is carried over.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; one that is there is replaced when everything is written.</param>
    /// <param name="type">How weights are encoded.</param>
    /// <exception cref="InvalidOperationException">The model has no tokenizer, or is a reward model.</exception>
    /// <exception cref="NotSupportedException">Such a file cannot say what the model computes, or how its tokenizer works; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there is as it was.</exception>
    /// <exception cref="InvalidDataException">The file that the base came from can no longer be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static void SaveGguf(this LanguageModel model, string path, GgufType type)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var held = model.Share();
        var draft = GgufFileOfModel.Of(held, type, path);
        AtomicFile.Write(path, stream => GgufWriter.Write(stream, draft.Pairs, [.. draft.Tensors.Select(tensor => tensor.Written)]));
    }
}
