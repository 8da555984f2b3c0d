using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Says before each token how much reward is still to come.</summary>
/// <param name="Model">A model with a scalar head, which both may train.</param>
/// <param name="Offset">
/// What is added to the head: where it began as a reward model whose scores are shifted to mean 0, the shift.
/// </param>
internal sealed record Critic(LanguageModel Model, double Offset)
{
    /// <summary>The values before tokens and behind sequences. Shapes <c>[M]</c>, <c>[S]</c>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="targets">The tokens; those of a row that predicts a token are the state before it.</param>
    /// <param name="precision">Precision of the matrix products.</param>
    public (Tensor Tokens, Tensor Ends) Values(PackedRows rows, PackedTargets targets, Precision precision)
    {
        var head = new ScalarHead(Model.RewardHead!);
        var forward = Model.Forward(rows, new(precision));
        return (forward.Values(head, targets.Rows).Plus(Offset), forward.Ends(head, targets).Plus(Offset));
    }
}
