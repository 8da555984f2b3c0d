using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>An adapter as a folder in PEFT's layout has it; frozen, and the reader's until a model has it.</summary>
/// <param name="Adapter">Its low-rank updates.</param>
/// <param name="RewardHead">The reward head that came with it; null if none did.</param>
/// <param name="Magnitudes">DoRA's lengths of the rows of each module, [out]; null for plain LoRA.</param>
internal sealed record PeftAdapter(Adapter Adapter, Parameter? RewardHead, IReadOnlyDictionary<string, Tensor>? Magnitudes)
{
    /// <summary>
    /// A model with DoRA's update (Liu et al., 2024, arXiv:2402.09353) in its weights, each row of W + s B A brought to its length; the
    /// caller's. Frees what the adapter holds.
    /// </summary>
    public LanguageModel MergeInto(LanguageModel model)
    {
        using var updated = model.With([Adapter], RewardHead ?? model.RewardHead);
        var merged = updated.MergedCopy(trains: false);
        using var noGrad = no_grad();
        foreach (var (module, magnitude) in Magnitudes!)
        {
            using var scope = NewDisposeScope();
            var weight = merged.Network.Weights[$"{module}.weight"]; // [out, in]
            var lengths = weight.mul(weight).sum([1L], keepdim: true).sqrt(); // [out, 1]
            weight.mul_(magnitude.to(weight.device).unsqueeze(1).div(lengths));
            magnitude.Dispose();
        }

        return merged;
    }
}
