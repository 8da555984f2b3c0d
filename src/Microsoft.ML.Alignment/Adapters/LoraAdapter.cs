using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Adapters;

/// <summary>Makes and merges LoRA adapters.</summary>
internal static class LoraAdapter
{
    /// <summary>A new adapter for a model: A Kaiming-uniform, B zero, so that the first pass equals the model's.</summary>
    /// <exception cref="ArgumentException">A target module that the model does not have; the message lists those it has.</exception>
    public static Adapter Create(LanguageModel model, LoraOptions options, string name, int seed) => throw new NotImplementedException();

    /// <summary>A model with the adapters merged into its weights and no adapter left; the caller's.</summary>
    public static LanguageModel Merge(LanguageModel model) => throw new NotImplementedException();
}
