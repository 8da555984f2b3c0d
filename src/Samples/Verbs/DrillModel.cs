using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Verbs;

/// <summary>The model that does the drill: the user's, or a tiny one that is made for it.</summary>
internal sealed class DrillModel : IDisposable
{
    private readonly TinyModel? _tiny;

    private DrillModel(string location, TinyModel? tiny = null) => (Location, _tiny) = (location, tiny);

    /// <summary>A Hugging Face folder or a GGUF file.</summary>
    public string Location { get; }

    public bool IsTiny { get; private init; }

    public string Name => IsTiny ? "tiny" : Location;

    /// <summary>Opens the user's model, or pretrains the tiny one; the caller disposes it.</summary>
    public static DrillModel Open(MLContext ml, AlignmentCatalog align, string? path, int seed)
    {
        if (path is not null)
            return Real(path);
        StartTiny();
        var tiny = TinyModel.Pretrain(ml, align, Verb.LoadAll(), seed);
        return new(tiny.Folder, tiny) { IsTiny = true };
    }

    /// <summary>The user's model.</summary>
    public static DrillModel Real(string path)
    {
        Console.WriteLine(AlignmentRuntime.Describe());
        return new(path);
    }

    /// <summary>The tiny model, pretrained only if no earlier run has left it in the folder <c>out</c>.</summary>
    public static DrillModel Kept(MLContext ml, AlignmentCatalog align, int seed)
    {
        StartTiny();
        return new(TinyModel.Keep(ml, align, Verb.LoadAll(), seed)) { IsTiny = true };
    }

    public DrillSettings Settings(int seed) => IsTiny ? DrillSettings.ForTinyModel(seed) : DrillSettings.ForRealModel(seed);

    public void Dispose() => _tiny?.Dispose();

    private static void StartTiny()
    {
        AlignmentRuntime.Configure(TinyModel.Runtime);
        Console.WriteLine(AlignmentRuntime.Describe());
    }
}
