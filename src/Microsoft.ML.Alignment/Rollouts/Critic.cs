using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Says before each token how much reward is still to come.</summary>
/// <param name="model">A model with a scalar head, which both may train.</param>
internal sealed class Critic(LanguageModel model)
{
    private double _offset;

    /// <summary>Gets the model.</summary>
    public LanguageModel Model => model;

    /// <summary>
    /// Gets what a score of its model counts with in the reward, where it begins as the reward model that gives the reward; null where its
    /// first values have nothing to do with the reward.
    /// </summary>
    public double? RewardWeight { get; init; }

    /// <summary>Puts first values on the scale of the scores: the head takes the scale, and what is added to it the mean.</summary>
    public void Begin(ScoreScale scale)
    {
        if (RewardWeight is not { } weight)
            return;
        using (no_grad())
        using (var scaled = model.RewardHead!.Times(weight / scale.Deviation))
            model.RewardHead!.copy_(scaled);
        Restore(scale);
    }

    /// <summary>Puts back what is added to a head that was kept.</summary>
    public void Restore(ScoreScale scale) => _offset = RewardWeight is null ? 0 : -scale.Mean / scale.Deviation;

    /// <summary>The values before tokens and behind sequences. Shapes <c>[M]</c>, <c>[S]</c>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="targets">The tokens; those of a row that predicts a token are the state before it.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    public (Tensor Tokens, Tensor Ends) Values(PackedRows rows, PackedTargets targets, Precision precision)
    {
        var head = new ScalarHead(model.RewardHead!);
        var forward = model.Forward(rows, new(precision));
        return (forward.Values(head, targets.Rows).Plus(_offset), forward.Ends(head, targets).Plus(_offset));
    }
}
