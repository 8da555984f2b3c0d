using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Samples.Compare;

/// <summary>
/// A chain that is meant to be good in every column at once. Regular verbs are there twice, so that avoiding -ed is no way out, and the order of
/// forms is learned up to a margin and no further.
/// </summary>
internal static class Challenge
{
    public static ComparedMethod Method { get; } = new("challenge", "SFT, order of forms", Anchor.Reference, Create)
    {
        FromBase = true,
        HasOwnRows = true,
    };

    private static EstimatorChain<PolicyTransformer> Create(MethodSettings s) => s.Sft(s.RegularTwice.Instructions)
        .Append(s.Trainers.Dpo(s.With(new DpoTrainer.Options { Loss = new PairLoss.IpoSummed() }, 5e-5, tiny: 1e-3), s.RegularTwice.Neighbours));
}
