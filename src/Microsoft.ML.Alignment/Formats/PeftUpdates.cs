using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Takes the tensors of an adapter's file apart and checks that they are all that the configuration promises.</summary>
/// <param name="tensors">By name; without those of a reward head.</param>
/// <param name="config">The configuration.</param>
/// <param name="path">The file, for messages.</param>
internal sealed class PeftUpdates(IReadOnlyDictionary<string, StoredTensor> tensors, PeftConfig config, string path)
{
    public const string Prefix = "base_model.model.";
    public const string EndingA = ".lora_A.weight";
    public const string EndingB = ".lora_B.weight";
    private const string EndingMagnitude = ".lora_magnitude_vector";
    private const string OtherEndingMagnitude = EndingMagnitude + ".weight";

    /// <summary>The updates, by module; frozen, and the caller's.</summary>
    /// <exception cref="NotSupportedException">A tensor that belongs to no update.</exception>
    /// <exception cref="InvalidDataException">Something is missing, or does not fit the model.</exception>
    public Dictionary<string, LowRankUpdate> For(LanguageModel model)
    {
        string[] modules = [.. tensors.Keys.Select(ModuleOf).Distinct()];
        if (modules.Length == 0)
            throw new InvalidDataException($"'{path}' holds no update.");
        foreach (var module in modules)
            RequireFit(module, model);
        RequireWhole([.. modules], model);
        return modules.ToDictionary(module => module, module =>
        {
            var (a, b) = (tensors[Prefix + module + EndingA], tensors[Prefix + module + EndingB]);
            return new LowRankUpdate(
                PeftFolder.Frozen(a, model), PeftFolder.Frozen(b, model), config.ScaleOf(module, a.Shape[0]), config.Dropout);
        });
    }

    /// <summary>DoRA's lengths of the rows of each module, float32 [out]; the caller's. Null where the adapter is plain LoRA.</summary>
    public Dictionary<string, Tensor>? Magnitudes() => config.IsDora
        ? tensors.Values.Where(tensor => IsMagnitude(tensor.Name)).ToDictionary(tensor => ModuleOf(tensor.Name), WeightDecoder.Decode)
        : null;

    private static bool IsMagnitude(string key) =>
        key.EndsWith(EndingMagnitude, StringComparison.Ordinal) || key.EndsWith(OtherEndingMagnitude, StringComparison.Ordinal);

    private string ModuleOf(string key)
    {
        foreach (var ending in (string[])[EndingA, EndingB, .. config.IsDora ? [EndingMagnitude, OtherEndingMagnitude] : Array.Empty<string>()])
            if (key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(ending, StringComparison.Ordinal)
                && key.Length > Prefix.Length + ending.Length)
                return key[Prefix.Length..^ending.Length];
        throw new NotSupportedException(
            $"'{path}' holds tensor '{key}'; implemented are {Prefix}<layer>{EndingA}, …{EndingB}, with use_dora …{EndingMagnitude}, and " +
            $"{PeftFolder.RewardKey}.");
    }

    private void RequireFit(string module, LanguageModel model)
    {
        if (!model.LinearLayers.TryGetValue(module, out var layer))
            throw new InvalidDataException(
                $"'{path}' changes '{module}', which '{model.Source}' has no linear layer of: the adapter belongs to another model.");
        if (!tensors.TryGetValue(Prefix + module + EndingA, out var a) || !tensors.TryGetValue(Prefix + module + EndingB, out var b))
            throw new InvalidDataException($"'{path}' holds only one of lora_A and lora_B of '{module}'; an update has both.");
        if (a.Shape is not [var rank, var input] || b.Shape is not [var output, var otherRank]
            || input != layer.In || output != layer.Out || rank != otherRank)
            throw new InvalidDataException(
                $"'{path}' has lora_A [{string.Join(", ", a.Shape)}] and lora_B [{string.Join(", ", b.Shape)}] for '{module}'; its " +
                $"shape [{layer.Out}, {layer.In}] takes [R, {layer.In}] and [{layer.Out}, R].");
        config.ScaleOf(module, rank);
        if (config.IsDora)
            RequireMagnitude(module, layer.Out);
    }

    private void RequireMagnitude(string module, long width)
    {
        StoredTensor[] found = [.. tensors.Values.Where(tensor => IsMagnitude(tensor.Name) && ModuleOf(tensor.Name) == module)];
        if (found is not [{ Shape: [var length] }] || length != width)
            throw new InvalidDataException(
                $"'{path}' has {string.Join(" and ", found.Select(tensor => $"[{string.Join(", ", tensor.Shape)}]").DefaultIfEmpty("nothing"))} as " +
                $"{EndingMagnitude[1..]} of '{module}'; use_dora is on, so that it must have one of [{width}].");
    }

    // What is missing would be left as it is in silence, and what nobody promised PEFT leaves out.
    private void RequireWhole(HashSet<string> found, LanguageModel model)
    {
        string[] missing = [.. model.LinearLayers.Keys.Where(module => config.Targets.Has(module) == true && !found.Contains(module))];
        if (missing.Length > 0)
            throw new InvalidDataException(
                $"'{path}' has no update of '{missing[0]}'{(missing.Length > 1 ? $" and {missing.Length - 1} more" : "")}, which " +
                $"target_modules and layers_to_transform in {PeftConfig.FileName} promise: the adapter is not whole, or belongs to another " +
                "model. Get both files again.");
        if (found.FirstOrDefault(module => config.Targets.Has(module) == false) is { } extra)
            throw new InvalidDataException(
                $"'{path}' has an update of '{extra}', which target_modules and layers_to_transform in {PeftConfig.FileName} leave out: the " +
                "files do not belong together. Get both again.");
    }
}
