using Microsoft.ML.Alignment.Arithmetic;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Weights of a model that was never trained.</summary>
internal static class RandomWeights
{
    /// <summary>
    /// Matrices normal with the configuration's deviation, norms 1, biases 0; equal for equal seeds. Frozen; the caller's.
    /// </summary>
    public static Dictionary<string, Parameter> Make(ModelConfig config, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return DecoderLayout.Of(config).Weights.ToDictionary(spec => spec.Name, spec => Make(spec, config.InitializerRange, generator));
    }

    private static Parameter Make(WeightSpec spec, double deviation, Generator generator) => NewParameter.Of(
        () => spec.Kind switch
        {
            WeightKind.Norm => ones(spec.Shape),
            WeightKind.Bias or WeightKind.NormLessOne => zeros(spec.Shape),
            _ => randn(spec.Shape, generator: generator).TimesInPlace(deviation),
        },
        trains: false);
}
