using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads and writes one adapter in PEFT's layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class PeftFolder
{
    public const string RewardModule = "score";
    private const string WeightsName = "adapter_model.safetensors";
    private const int MaxConfigBytes = 10_000_000;
    public const string RewardKey = PeftUpdates.Prefix + ScalarHead.WeightName;

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
            .. adapter.Updates.Select(update => ToWrite(PeftUpdates.Prefix + update.Key + PeftUpdates.EndingA, update.Value.A)),
            .. adapter.Updates.Select(update => ToWrite(PeftUpdates.Prefix + update.Key + PeftUpdates.EndingB, update.Value.B)),
            .. rewardHead is null ? [] : new[] { ToWrite(RewardKey, rewardHead) },
        ];
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), tensors);
    }

    /// <summary>Reads an adapter for a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Its name in the model's stack.</param>
    /// <param name="model">The model, whose layers it must fit.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="NotSupportedException">A feature of PEFT that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or does not fit the model.</exception>
    public static PeftAdapter Read(string folder, string name, LanguageModel model)
    {
        var configPath = ModelFolder.Find(folder, PeftConfig.FileName) ?? throw new FileNotFoundException(
            $"The folder '{folder}' has no {PeftConfig.FileName}; give a folder in PEFT's layout, or one that SaveAdapters wrote.",
            Path.Combine(folder, PeftConfig.FileName));
        var json = ReadConfig(configPath);
        var config = new PeftConfig(json, configPath);
        var weightsPath = ModelFolder.Find(folder, WeightsName) ?? throw new FileNotFoundException(
            $"The folder '{folder}' has no {WeightsName}; adapters are read from safetensors.", Path.Combine(folder, WeightsName));
        using var file = SafetensorsFile.Open(weightsPath);
        var tensors = file.ReadTensors().ToDictionary(t => t.Name);
        tensors.Remove(RewardKey, out var head);
        if (head is not null and not { Shape: [1, _] })
            throw new InvalidDataException(
                $"'{weightsPath}' has {RewardKey} in the shape [{string.Join(", ", head.Shape)}]; a reward model has one label, [1, D].");
        if (config.HasRewardHead != head is not null)
            throw new InvalidDataException($"'{configPath}' and '{weightsPath}' disagree whether there is a reward head ({RewardKey}).");
        var updates = new PeftUpdates(tensors, config, weightsPath);
        return new(new(name, json, updates.For(model)), head is null ? null : Frozen(head, model), updates.Magnitudes());
    }

    private static string ReadConfig(string path) => new FileInfo(path).Length <= MaxConfigBytes
        ? File.ReadAllText(path)
        : throw new InvalidDataException($"'{path}' has more than {MaxConfigBytes} bytes; an adapter's configuration is a short text.");

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
}
