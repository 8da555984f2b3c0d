using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What an adapter adds to one linear layer: y += scale · B (A x) (Hu et al., 2021, arXiv:2106.09685, eq. 3).</summary>
/// <param name="A">Shape <c>[R, in]</c>, float32.</param>
/// <param name="B">Shape <c>[out, R]</c>, float32.</param>
/// <param name="Scale">alpha / rank, or alpha / √rank.</param>
/// <param name="Dropout">Share of the inputs dropped in training, in [0, 1).</param>
internal sealed record LowRankUpdate(Parameter A, Parameter B, double Scale, double Dropout)
{
    /// <summary>Gets whether the update no longer changes: parameters that do, require gradients.</summary>
    public bool StandsStill => !A.requires_grad && !B.requires_grad;
}
