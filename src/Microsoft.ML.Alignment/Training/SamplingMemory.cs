using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Training;

/// <summary>What a method that samples while it trains holds beside the model that trains and its reference.</summary>
/// <param name="Models">The reward model, and a critic that trains too.</param>
/// <param name="Completions">Completions of a prompt.</param>
/// <param name="MaxCompletionTokens">The most tokens of a completion.</param>
/// <param name="RowsAtOnce">The most completions that are sampled at once.</param>
internal sealed record SamplingMemory(IReadOnlyList<LanguageModel> Models, int Completions, int MaxCompletionTokens, int RowsAtOnce)
{
    /// <summary>Bytes of the keys and values of all layers while completions are written.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="longestPrompt">Tokens of the longest prompt.</param>
    public long Cache(ModelConfig config, int longestPrompt)
    {
        var rows = Math.Min(RowsAtOnce, DecodingLimits.Default.Rows);
        return 2L * sizeof(float) * rows * (longestPrompt + MaxCompletionTokens) * config.LayerCount * config.KeyValueHeadCount * config.HeadSize;
    }
}
