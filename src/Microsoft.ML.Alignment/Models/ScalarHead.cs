using Microsoft.ML.Alignment.Arithmetic;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>A linear head without bias that gives one number a row: the reward of a completion, or a critic's value of a token.</summary>
/// <param name="Weight">float32. Shape <c>[1, D]</c>.</param>
internal readonly record struct ScalarHead(Parameter Weight)
{
    /// <summary>What transformers calls the weight of a reward head.</summary>
    public const string WeightName = "score.weight";

    /// <summary>
    /// Makes a head whose weights are N(0, 1/√(D+1)), so that first values are of order 1 (Stiennon et al., 2020, arXiv:2009.01325, appendix
    /// B.1). It trains.
    /// </summary>
    /// <param name="width">D.</param>
    /// <param name="seed">Equal seeds give equal heads, on every device.</param>
    /// <param name="device">Where it lives.</param>
    /// <returns>The head; its weight is the caller's.</returns>
    public static ScalarHead Create(int width, int seed, Device device)
    {
        using var generator = new Generator((ulong)seed);
        return new(NewParameter.Of(
            () => randn([1, width], generator: generator).TimesInPlace((float)(1 / Math.Sqrt(width + 1))).to(device), trains: true));
    }

    /// <summary>Computes the values of hidden states. Shape <c>[K, D]</c> to <c>[K]</c>.</summary>
    public Tensor Of(Tensor hidden) => nn.functional.linear(hidden, Weight).squeeze(1);
}
