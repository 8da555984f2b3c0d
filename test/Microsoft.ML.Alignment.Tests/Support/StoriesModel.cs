using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The small pretrained model that recorded runs start from.</summary>
internal static class StoriesModel
{
    public const string Folder = "models/stories260K";

    public static LanguageModel Load() => PretrainedModel.Load(Golden.Shared(Folder));

    /// <summary>A model with one more adapter, read from a folder in PEFT's layout.</summary>
    public static LanguageModel WithAdapter(this LanguageModel model, string folder, string name, bool trains = true)
    {
        var adapter = PeftFolder.Read(folder, name, model).Adapter;
        foreach (var update in adapter.Updates.Values)
            (update.A.requires_grad, update.B.requires_grad) = (trains, trains);
        return model.With([.. model.Adapters, adapter], null);
    }

    /// <summary>The head that a reward run starts from.</summary>
    public static Parameter RewardHead(string path)
    {
        var tensors = new GoldenTensors(path);
        return new(tensor(tensors.Floats("score.weight")).reshape(tensors.Shape("score.weight")), true);
    }
}
