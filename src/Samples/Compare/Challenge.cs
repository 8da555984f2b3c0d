using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>
/// A method that is meant to be good in every column at once: it learns the order of forms up to a margin and no further, and has regular verbs
/// twice, so that avoiding -ed is no way out.
/// </summary>
internal static class Challenge
{
    public static ComparedMethod Method { get; } = new("challenge", "order of forms", Anchor.Reference, s => s.Trainers.Dpo(
        s.With(new DpoTrainer.Options { Loss = new PairLoss.IpoSummed() }, 1e-4, tiny: 1e-3), s.Neighbours))
    {
        HasOwnRows = true,
    };
}
