using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment;

/// <summary>Saves language models in the layouts that other tools read, and loads adapters from them.</summary>
public static class LanguageModelExtensions
{
    private const string NumberFormat = "00";

    /// <summary>
    /// Saves a model as a Hugging Face folder: the adapters merged into the weights, names, shapes and type of the original, with its
    /// tokenizer, template, licence and other small files that a model has. Where these name fewer end tokens than the model has, its
    /// <c>generation_config.json</c> names all. A reward model becomes a sequence classifier with one label. A model that was trained has its
    /// model card in <c>README.md</c>, with how it was trained.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">A folder that is absent or empty, or a link to one. It appears when everything is written.</param>
    /// <param name="options">The type of the weights; null for the original's.</param>
    /// <exception cref="ArgumentException">The path of the folder is empty.</exception>
    /// <exception cref="IOException">The folder has something in it, or cannot be written.</exception>
    /// <exception cref="NotSupportedException">The configuration names a type in which weights are not written.</exception>
    /// <exception cref="InvalidDataException">The file that the base came from can no longer be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static void SavePretrained(this LanguageModel model, string folder, SaveOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        using var held = model.Share();
        AtomicFile.WriteFolder(folder, temporary =>
        {
            foreach (var name in held.Files.Names)
                File.WriteAllBytes(Path.Combine(temporary, RequireFileName(name)), held.Files.Bytes(name)!);
            var encoding = (options ?? new()).Encoding;
            var config = held.RewardHead is null ? held.Files.Bytes(ModelFiles.Config)! : RewardModelConfig.Of(held);
            File.WriteAllBytes(Path.Combine(temporary, ModelFiles.Config), SavedEncoding.Named(config, encoding));
            if (SavedEndTokens.Of(held) is { } generation)
                File.WriteAllBytes(Path.Combine(temporary, ModelFiles.GenerationConfig), generation);
            if (held.History.Count > 0)
                File.WriteAllBytes(Path.Combine(temporary, ModelCard.FileName), ModelCard.Of(held));
            SafetensorsWriter.Write(Path.Combine(temporary, HuggingFaceFolder.Weights), MergedWeights.Of(held, encoding));
        });
    }

    /// <summary>
    /// Saves the adapters in PEFT's layout, one folder a stage (<c>01-sft</c>, <c>02-dpo</c>), with a <c>stack.json</c> that says their
    /// order and their base. The head of a reward model goes with the last one.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">A folder that is absent or empty. It appears when everything is written.</param>
    /// <exception cref="ArgumentException">The path of the folder is empty.</exception>
    /// <exception cref="InvalidOperationException">The model has no adapters.</exception>
    /// <exception cref="IOException">The folder has something in it, or cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static void SaveAdapters(this LanguageModel model, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        using var held = model.Share();
        if (held.Adapters.Count == 0)
            throw new InvalidOperationException(
                $"The model '{held.Source}' has no adapters; save all of it with {nameof(SavePretrained)}.");
        AtomicFile.WriteFolder(folder, temporary =>
        {
            var baseName = BaseModelName.Of(held);
            var entries = held.Adapters.Select((a, i) => new AdapterStackFile.Entry(a.Name, FolderNameOf(i + 1, a.Name))).ToArray();
            foreach (var (adapter, entry) in held.Adapters.Zip(entries))
            {
                var head = entry == entries[^1] ? held.RewardHead : null;
                PeftFolder.Write(Directory.CreateDirectory(Path.Combine(temporary, entry.Folder)).FullName, adapter, head, baseName);
            }

            AdapterStackFile.On(held, entries).Write(temporary);
        });
    }

    /// <summary>Puts adapters on top of those that a model has.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="folder">
    /// A folder in PEFT's layout, or one that <see cref="SaveAdapters"/> wrote, of which all are taken in their order.
    /// </param>
    /// <returns>
    /// A model with the adapters, which the caller owns. It shares the weights of the given one, unless the adapter is DoRA's, which is merged
    /// into a copy of them.
    /// </returns>
    /// <exception cref="ArgumentException">The path of the folder is empty.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file of the layout.</exception>
    /// <exception cref="NotSupportedException">
    /// An adapter needs a feature of PEFT that is not implemented; the message names it.
    /// </exception>
    /// <exception cref="InvalidDataException">A file is damaged, or an adapter belongs to another model.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static LanguageModel LoadAdapter(this LanguageModel model, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException(
                $"There is no folder '{folder}' (looked for at '{Path.GetFullPath(folder)}'); give one in PEFT's layout.");
        using var held = model.Share();
        return FileErrors.Place(folder, () => LoadAdapters(held, folder));
    }

    private static LanguageModel LoadAdapters(LanguageModel held, string folder)
    {
        var ownName = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var entries = AdapterStackFile.Read(folder, held)?.Adapters ?? [new(ownName, "")];
        List<Adapter> adapters = [.. held.Adapters];
        Parameter? head = null;
        foreach (var entry in entries)
        {
            var read = PeftFolder.Read(Path.Combine(folder, entry.Folder), FreeName(entry.Name, adapters), held);
            if (read.Magnitudes is not null)
                return entries.Count == 1 && adapters.Count == 0 ? read.MergeInto(held) : throw new NotSupportedException(
                    $"'{Path.Combine(folder, entry.Folder)}' is a DoRA adapter (use_dora), which is merged into the weights when it is loaded " +
                    "and so cannot be put on or under others. Load it on its base alone.");
            adapters.Add(read.Adapter);
            head = read.RewardHead ?? head;
        }

        return held.With(adapters, head ?? held.RewardHead);
    }

    private static string FreeName(string wanted, List<Adapter> taken)
    {
        var name = wanted;
        for (var number = 2; taken.Any(a => a.Name == name); number++)
            name = $"{wanted}-{number}";
        return name;
    }

    private static string RequireFileName(string name) =>
        name == Path.GetFileName(name) && name is not ("" or "." or "..") ? name : throw new InvalidDataException(
            $"The model has a file '{name}', which is no file name.");

    /// <summary>The name of what belongs to a stage: its number and the name of its adapter, as far as file systems take it.</summary>
    internal static string FolderNameOf(int number, string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        return $"{number.ToString(NumberFormat)}-{safe}";
    }
}
