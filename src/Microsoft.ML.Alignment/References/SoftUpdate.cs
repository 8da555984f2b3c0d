using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.References;

/// <summary>
/// A reference that follows the policy: every so many steps θ_ref becomes α·θ + (1 − α)·θ_ref (TR-DPO; Gorbatovski et al., 2024,
/// arXiv:2404.09656; with α = 1 the paper's hard update).
/// </summary>
/// <param name="weights">By name, weights of the reference with those of the policy; float32, alike in shape.</param>
/// <param name="alpha">α, in (0, 1].</param>
/// <param name="everySteps">Optimizer steps from one update to the next; at least 1.</param>
internal sealed class SoftUpdate(
    IReadOnlyDictionary<string, (Tensor Reference, Tensor Policy)> weights, double alpha, int everySteps) : ITrainingState
{
    /// <inheritdoc/>
    public void Stepped(int step)
    {
        if (step % everySteps != 0)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (reference, policy) in weights.Values)
            reference.TimesInPlace((float)(1 - alpha)).PlusInPlace(policy.Times((float)alpha));
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        foreach (var (name, weight) in weights)
            writer.WriteTensor(name, weight.Reference);
    }

    /// <inheritdoc/>
    public void Restore(IStateReader reader)
    {
        foreach (var (name, weight) in weights)
            weight.Reference.copy_(reader.ReadTensor(name));
    }
}
