using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples;

/// <summary>The model that does the drill: the user's, or a tiny one that is made for it.</summary>
internal sealed class DrillModel : IDisposable
{
    private readonly TinyModel? _tiny;

    private DrillModel(string location, TinyModel? tiny) => (Location, _tiny) = (location, tiny);

    /// <summary>A Hugging Face folder or a GGUF file.</summary>
    public string Location { get; }

    public bool IsTiny => _tiny is not null;

    public string Name => IsTiny ? "tiny" : Location;

    /// <summary>Opens the user's model, or pretrains the tiny one; the caller disposes it.</summary>
    public static DrillModel Open(MLContext ml, AlignmentCatalog align, string? path, int seed)
    {
        if (path is null)
            AlignmentRuntime.Configure(TinyModel.Runtime);
        Console.WriteLine(AlignmentRuntime.Describe());
        if (path is not null)
            return new(path, null);
        var tiny = TinyModel.Pretrain(ml, align, Verb.LoadAll(), seed);
        return new(tiny.Folder, tiny);
    }

    public DrillSettings Settings(int seed) => IsTiny ? DrillSettings.ForTinyModel(seed) : DrillSettings.ForRealModel(seed);

    public void Dispose() => _tiny?.Dispose();
}
