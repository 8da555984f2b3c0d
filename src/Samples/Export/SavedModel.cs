using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Serving;
using Samples.Terminal;

namespace Samples.Export;

/// <summary>Opens the model of a saved pipeline, a Hugging Face folder or a GGUF file.</summary>
internal static class SavedModel
{
    /// <summary>The model, which the caller disposes.</summary>
    /// <exception cref="UsageException">There is none at the path.</exception>
    public static LanguageModel Open(string path)
    {
        var align = new MLContext().Alignment();
        if (Directory.Exists(path) || path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            return align.LoadModel(path);
        using var chain = (TransformerChain<ITransformer>)align.Load(SavedPipeline.At(path), out _);
        return chain.OfType<PolicyTransformer>().LastOrDefault()?.Model.Share()
            ?? throw new UsageException($"'{path}' has no policy; a reward model's pipeline answers nothing.");
    }
}
