using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>A tensor of a GGUF file that is to be written.</summary>
/// <param name="Source">
/// What it is made of, under its name in the file and in the file's layout; of a weight that adapters change, without them.
/// </param>
/// <param name="Written">How it is written.</param>
internal sealed record GgufTensor(StoredTensor Source, TensorToWrite Written)
{
    /// <summary>Gets its name in the file.</summary>
    public string Name => Source.Name;
}
