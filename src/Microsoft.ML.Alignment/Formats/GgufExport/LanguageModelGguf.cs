using System.Text;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Formats.GgufExport;

namespace Microsoft.ML.Alignment;

/// <summary>Saves language models as GGUF files.</summary>
public static class LanguageModelGguf
{
    private const string Ending = ".gguf";

    /// <summary>
    /// Saves a model as a GGUF file, as llama.cpp and Ollama read it: the adapters merged into the weights, with tokenizer, special
    /// tokens, every token that ends a completion, chat template, and how the model was trained. What the metadata of a base from a GGUF
    /// file says besides is carried over.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; one that is there is replaced when everything is written.</param>
    /// <param name="type">How weights are encoded.</param>
    /// <param name="options">How the file is checked; null for the defaults.</param>
    /// <returns>What the file was found to have in common with the model when it was read back.</returns>
    /// <remarks>
    /// Beside <c>NAME.gguf</c> come <c>NAME.certificate.json</c>, the certificate, and <c>NAME.Modelfile</c>, with which
    /// <c>ollama create MODEL -f NAME.Modelfile</c> makes a model that ends its answers where this one does.
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model has no tokenizer, or is a reward model.</exception>
    /// <exception cref="NotSupportedException">
    /// Such a file cannot say what the model computes, or how its tokenizer works; the message says what.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; what was there is as it was.</exception>
    /// <exception cref="InvalidDataException">The file that the base came from can no longer be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static GgufCertificate SaveGguf(this LanguageModel model, string path, GgufType type, GgufOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var held = model.Share();
        var draft = GgufFileOfModel.Of(held, type, path);
        AtomicFile.Write(path, stream => GgufWriter.Write(stream, draft.Pairs, [.. draft.Tensors.Select(tensor => tensor.Written)]));
        var certificate = new GgufCertifier(held, type, options ?? new()).Check(path);
        WriteText(Beside(path, ".certificate.json"), certificate.ToJson());
        WriteText(Beside(path, ".Modelfile"), OllamaModelfile.Of(held, Path.GetFileName(path)));
        return certificate;
    }

    /// <summary>
    /// Saves the adapters alone as GGUF files, one a stage (<c>01-sft.gguf</c>, <c>02-dpo.gguf</c>), which llama.cpp puts on a file of
    /// the base, be it quantised or not: <c>llama-cli -m BASE.gguf --lora 01-sft.gguf --lora 02-dpo.gguf</c>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">A folder that is absent or empty. It appears when everything is written.</param>
    /// <exception cref="ArgumentException">The path of the folder is empty.</exception>
    /// <exception cref="InvalidOperationException">The model has no adapters.</exception>
    /// <exception cref="IOException">The folder has something in it, or cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static void SaveGgufAdapters(this LanguageModel model, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        using var held = model.Share();
        if (held.Adapters.Count == 0)
            throw new InvalidOperationException($"The model '{held.Source}' has no adapters; save all of it with {nameof(SaveGguf)}.");
        AtomicFile.WriteFolder(folder, temporary =>
        {
            foreach (var (index, adapter) in held.Adapters.Index())
                {
                    var name = LanguageModelExtensions.FolderNameOf(index + 1, adapter.Name);
                    GgufAdapterFile.Write(Path.Combine(temporary, name + Ending), held, adapter);
                }
        });
    }

    /// <summary>Reads a GGUF file, written here or elsewhere, and compares it with a model that it should be.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="type">How its weights are encoded, which says what rounding may explain.</param>
    /// <param name="options">What is compared; null for the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="NotSupportedException">The file has something that is not read here.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static GgufCertificate CheckGguf(this LanguageModel model, string path, GgufType type, GgufOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var held = model.Share();
        return new GgufCertifier(held, type, options ?? new()).Check(path);
    }

    // A name such as SmolLM2-1.7B has a point of its own: only what says that it is a GGUF file is taken off.
    private static string Beside(string path, string ending) =>
        (path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? path[..^Ending.Length] : path) + ending;

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
