using Microsoft.ML.Alignment.Arithmetic;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Makes heads of reward models.</summary>
internal static class RewardHead
{
    /// <summary>
    /// A head without bias whose weights are N(0, 1/√(D+1)), so that first rewards are of order 1 (Stiennon et al., 2020, arXiv:2009.01325,
    /// appendix B.1). It trains.
    /// </summary>
    /// <param name="width">D.</param>
    /// <param name="seed">Equal seeds give equal heads.</param>
    /// <returns>Shape <c>[1, D]</c>, float32; the caller's.</returns>
    public static Parameter Create(int width, int seed)
    {
        using var noGradients = no_grad();
        using var generator = new Generator((ulong)seed);
        var head = new Parameter(randn([1, width], generator: generator).TimesInPlace((float)(1 / Math.Sqrt(width + 1))), requires_grad: true);
        head.DetachFromDisposeScope();
        return head;
    }
}
