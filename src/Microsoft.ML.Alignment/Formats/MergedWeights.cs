using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The weights of a model with its adapters merged in, in the type that its configuration names or that is asked for.</summary>
internal static class MergedWeights
{
    private const string LanguageHead = "lm_head.weight";
    private const string WeightEnding = ".weight";

    /// <summary>
    /// The weights, made one at a time as they are written. A reward model has its own head in the place of the vocabulary's.
    /// </summary>
    /// <exception cref="NotSupportedException">The configuration is asked and names a type in which weights are not written.</exception>
    public static IEnumerable<TensorToWrite> Of(LanguageModel model, WeightEncoding wanted)
    {
        var encoding = SavedEncoding.Of(model, wanted);
        var changed = model.Adapters.SelectMany(a => a.Updates.Keys).Select(path => path + WeightEnding).ToHashSet();
        foreach (var weight in model.BaseWeights)
        {
            var target = encoding ?? (SafetensorsTypes.All.Contains(weight.Encoding) ? weight.Encoding : TensorEncoding.F32);
            if (model.RewardHead is not null && weight.Name == LanguageHead)
                continue;
            yield return changed.Contains(weight.Name)
                ? TensorToWrite.Make(weight.Name, target, weight.Shape, () => model.MergedWeight(weight.Name[..^WeightEnding.Length]))
                : TensorToWrite.Convert(weight, target);
        }

        if (model.RewardHead is { } head)
            yield return TensorToWrite.Convert(new TensorStoredTensor(ScalarHead.WeightName, head), encoding ?? TensorEncoding.F32);
    }
}
