using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Checks before anything is written that who reads the file will compute what the model computes.</summary>
internal static class GgufFidelity
{
    private const double Tolerance = 1e-6;

    /// <summary>Refuses a model of which the file would say something else.</summary>
    /// <param name="model">The model.</param>
    /// <param name="draft">What is about to be written.</param>
    /// <exception cref="NotSupportedException">The file would say something else; the message says what.</exception>
    public static void Require(LanguageModel model, IGgufContents draft)
    {
        var read = ModelConfig.Parse(new GgufConfig(draft).Config.ToJsonString(), null);
        var different = Differences(model.Config, read).ToArray();
        if (different.Length > 0)
            throw new NotSupportedException(
                $"A GGUF file of the architecture '{model.Config.Family.Gguf.Architecture}' cannot say what the configuration of " +
                $"'{model.Source}' says: {string.Join("; ", different)}. Programs that read it would compute something else. Save the model " +
                "with SavePretrained.");
    }

    /// <summary>What differs, in words.</summary>
    /// <param name="model">What the model is.</param>
    /// <param name="read">What the file says.</param>
    public static IEnumerable<string> Differences(ModelConfig model, ModelConfig read)
    {
        (string What, object? Model, object? Read)[] settings =
        [
            ("heads", (model.HeadCount, model.KeyValueHeadCount, model.HeadSize), (read.HeadCount, read.KeyValueHeadCount, read.HeadSize)),
            ("widths", (model.HiddenSize, model.IntermediateSize), (read.HiddenSize, read.IntermediateSize)),
            ("vocabulary", model.VocabularySize, read.VocabularySize),
            ("norms", (model.Norm, model.QueryKeyNorm), (read.Norm, read.QueryKeyNorm)),
            ("activation", model.Activation, read.Activation),
            ("biases", (model.HasQueryKeyValueBias, model.HasOutputBias, model.HasMlpBias),
                (read.HasQueryKeyValueBias, read.HasOutputBias, read.HasMlpBias)),
            ("tied embeddings", model.TiesEmbeddings, read.TiesEmbeddings),
            ("number of layers", model.LayerCount, read.LayerCount),
        ];
        (string What, double? Model, double? Read)[] numbers =
        [
            ("norm epsilon", model.NormEpsilon, read.NormEpsilon),
            ("scale of attention", model.AttentionScale, read.AttentionScale),
            ("soft cap of attention", model.AttentionSoftCap, read.AttentionSoftCap),
            ("soft cap of logits", model.LogitSoftCap, read.LogitSoftCap),
            ("scale of embeddings", model.EmbeddingScale, read.EmbeddingScale),
            ("scale of residuals", model.ResidualScale, read.ResidualScale),
            ("scale of logits", model.LogitScale, read.LogitScale),
        ];
        foreach (var (what, ofModel, ofFile) in settings)
            if (!Equals(ofModel, ofFile))
                yield return $"{what} {ofModel}, in the file {ofFile}";
        foreach (var (what, ofModel, ofFile) in numbers)
            if (!AreNear(ofModel, ofFile))
                yield return $"{what} {ofModel}, in the file {Shown(ofFile)}";
        foreach (var index in Enumerable.Range(0, Math.Min(model.LayerCount, read.LayerCount)))
            if (Difference(model, read, index) is { } difference)
                yield return $"layer {index}: {difference}";
    }

    private static string? Difference(ModelConfig model, ModelConfig read, int index)
    {
        var (ofModel, ofFile) = (model.Layers[index], read.Layers[index]);
        // Within the positions that the file names, a window as wide as them is none.
        if ((ofModel.Window < read.MaxPositions ? ofModel.Window : null) is var window
            && window != (ofFile.Window < read.MaxPositions ? ofFile.Window : null))
            return $"window of {Shown(window)} positions, in the file {Shown(ofFile.Window)}";
        if (ofModel.Rotary is null != ofFile.Rotary is null)
            return ofModel.Rotary is null ? "does not turn, in the file it does" : "turns, in the file it does not";
        return ofModel.Rotary is not null && !TurnAlike(ofModel.Rotary, ofFile.Rotary!, model.HeadSize)
            ? $"{ofModel.Rotary}, in the file {ofFile.Rotary}"
            : null;
    }

    private static bool TurnAlike(RotaryConfig model, RotaryConfig read, int headSize)
    {
        var factors = ((model.Scaling as LongRotaryScaling)?.LongFactors ?? [], (read.Scaling as LongRotaryScaling)?.LongFactors ?? []);
        return model.Scaling?.GetType() == read.Scaling?.GetType()
            && AreAllNear(model.Frequencies(headSize).Select(f => (double)f), read.Frequencies(headSize).Select(f => (double)f))
            && AreAllNear(factors.Item1, factors.Item2)
            && AreNear(model.Scaling?.Amplitude, read.Scaling?.Amplitude);
    }

    private static bool AreAllNear(IEnumerable<double> first, IEnumerable<double> second) =>
        first.Count() == second.Count() && first.Zip(second, (a, b) => AreNear(a, b)).All(near => near);

    private static bool AreNear(double? first, double? second) =>
        first == second || (first is { } a && second is { } b && Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b)));

    private static string Shown(object? value) => value?.ToString() ?? "none";
}
