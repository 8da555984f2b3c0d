using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What scoring needs to know of a model, and what it says of it.</summary>
internal static class ScoringModel
{
    /// <summary>The encoder that training used.</summary>
    /// <param name="model">The model.</param>
    /// <param name="format">How prompts are read.</param>
    /// <param name="time">The time that the chat template is told; null for the present one.</param>
    public static PromptEncoder Encoder(LanguageModel model, PromptFormat format, DateTime? time = null) =>
        new(model.Tokenizer, time is { } fixedTime ? model.ChatTemplate?.At(fixedTime) : model.ChatTemplate, format, model.Config.EosTokenIds);

    /// <summary>A short description, e.g. <c>dpo: stories260K (llama) + sft + dpo</c>.</summary>
    public static string Describe(LanguageModel model, string method)
    {
        var source = Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source));
        return $"{method}: {string.Join(" + ", model.AdapterNames.Prepend($"{source} ({model.Config.ModelType})"))}";
    }
}
