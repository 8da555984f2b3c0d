using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Copies of a recorded adapter with something changed.</summary>
internal static class FirstAdapter
{
    private const string Weights = "adapter_model.safetensors";

    /// <summary>Copies it into a folder, with another configuration.</summary>
    public static void Copy(TemporaryFolder folder, Action<JsonObject> change)
    {
        var original = Golden.Path("peft/stories260K/first");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(original, PeftConfig.FileName)))!.AsObject();
        change(config);
        File.WriteAllText(folder[PeftConfig.FileName], config.ToJsonString());
        File.WriteAllBytes(folder[Weights], File.ReadAllBytes(Path.Combine(original, Weights)));
    }

    /// <summary>Writes the weights of a copy anew: some of the original's tensors, and others.</summary>
    public static void Keep(TemporaryFolder folder, Func<string, bool> keep, params StoredTensor[] more)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Golden.Path("peft/stories260K/first"), Weights));
        File.Delete(folder[Weights]);
        SafetensorsWriter.Write(folder[Weights], file.ReadTensors().Where(t => keep(t.Name)).Concat(more).Select(t => TensorToWrite.Copy(t, t.Name)));
    }
}
