using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads and writes one adapter in PEFT's layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class PeftFolder
{
    public const string RewardModule = "score";
    private const string WeightsName = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string EndingA = ".lora_A.weight";
    private const string EndingB = ".lora_B.weight";
    private const string RewardKey = Prefix + MergedWeights.RewardHead;

    /// <summary>Writes an adapter.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="rewardHead">A reward head that goes with it, or null.</param>
    /// <param name="baseModel">What the configuration calls the base.</param>
    public static void Write(string folder, Adapter adapter, Parameter? rewardHead, string baseModel)
    {
        File.WriteAllBytes(Path.Combine(folder, PeftConfig.FileName), PeftConfig.ToSave(adapter, baseModel, rewardHead is not null));
        IEnumerable<TensorToWrite> tensors =
        [
            .. adapter.Updates.Select(update => ToWrite(Prefix + update.Key + EndingA, update.Value.A)),
            .. adapter.Updates.Select(update => ToWrite(Prefix + update.Key + EndingB, update.Value.B)),
            .. rewardHead is null ? [] : new[] { ToWrite(RewardKey, rewardHead) },
        ];
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), tensors);
    }

    /// <summary>Reads an adapter for a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Its name in the model's stack.</param>
    /// <param name="model">The model, whose layers it must fit.</param>
    /// <returns>The adapter and the reward head that came with it; frozen, and the caller's until a model has them.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="NotSupportedException">A feature of PEFT that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or does not fit the model.</exception>
    public static (Adapter Adapter, Parameter? RewardHead) Read(string folder, string name, LanguageModel model)
    {
        var configPath = ModelFolder.Find(folder, PeftConfig.FileName) ?? throw new FileNotFoundException(
            $"The folder '{folder}' has no {PeftConfig.FileName}; give a folder in PEFT's layout, or one that SaveAdapters wrote.",
            Path.Combine(folder, PeftConfig.FileName));
        var json = File.ReadAllText(configPath);
        var config = new PeftConfig(json, configPath);
        var weightsPath = ModelFolder.Find(folder, WeightsName) ?? throw new FileNotFoundException(
            $"The folder '{folder}' has no {WeightsName}; adapters are read from safetensors.", Path.Combine(folder, WeightsName));
        using var file = SafetensorsFile.Open(weightsPath);
        var tensors = file.ReadTensors().ToDictionary(t => t.Name);
        tensors.Remove(RewardKey, out var head);
        if (config.HasRewardHead != head is not null)
            throw new InvalidDataException($"'{configPath}' and '{weightsPath}' disagree whether there is a reward head ({RewardKey}).");
        var updates = new PeftUpdates(tensors, config, weightsPath).For(model);
        return (new(name, json, updates), head is null ? null : Frozen(head, model));
    }

    /// <summary>A stored tensor as a parameter that does not train, on the model's device.</summary>
    internal static Parameter Frozen(StoredTensor stored, LanguageModel model)
    {
        using var values = WeightDecoder.Decode(stored);
        var parameter = new Parameter(values.to(model.Device, copy: true), requires_grad: false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private static TensorToWrite ToWrite(string name, Tensor values) =>
        TensorToWrite.Convert(new TensorStoredTensor(name, values), TensorEncoding.F32);

    private sealed class PeftUpdates(Dictionary<string, StoredTensor> tensors, PeftConfig config, string path)
    {
        public Dictionary<string, LowRankUpdate> For(LanguageModel model)
        {
            var modules = tensors.Keys.Select(ModuleOf).Distinct().ToArray();
            if (modules.Length == 0)
                throw new InvalidDataException($"'{path}' holds no update.");
            foreach (var module in modules)
                RequireFit(module, model);
            return modules.ToDictionary(module => module, module =>
            {
                var (a, b) = (tensors[Prefix + module + EndingA], tensors[Prefix + module + EndingB]);
                return new LowRankUpdate(Frozen(a, model), Frozen(b, model), config.ScaleOf(module, a.Shape[0]), config.Dropout);
            });
        }

        private string ModuleOf(string key) =>
            key.StartsWith(Prefix, StringComparison.Ordinal)
            && (key.EndsWith(EndingA, StringComparison.Ordinal) || key.EndsWith(EndingB, StringComparison.Ordinal))
                ? key[Prefix.Length..^EndingA.Length]
                : throw new NotSupportedException(
                    $"'{path}' holds tensor '{key}'; implemented are {Prefix}<layer>{EndingA}, …{EndingB} and {RewardKey}.");

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
        }
    }
}
