using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>What is reported of a micro-batch of labelled completions: means over each kind, where the step has that kind.</summary>
internal static class FeedbackMetrics
{
    /// <param name="batch">Completions of each kind in the micro-batch.</param>
    /// <param name="step">The same in the whole step.</param>
    /// <param name="rewards">Implicit rewards, detached.</param>
    /// <param name="logProbs">Log-probabilities under the policy, detached.</param>
    public static IEnumerable<Metric> Of(LabelCounts batch, LabelCounts step, LabelledValues rewards, LabelledValues logProbs)
    {
        if (batch.Desirable > 0)
        {
            yield return new("rewards/chosen", rewards.DesirableSum(), batch.Desirable);
            yield return new("logps/chosen", logProbs.DesirableSum(), batch.Desirable);
        }

        if (batch.Undesirable > 0)
        {
            yield return new("rewards/rejected", rewards.UndesirableSum(), batch.Undesirable);
            yield return new("logps/rejected", logProbs.UndesirableSum(), batch.Undesirable);
        }

        if (step.Desirable > 0 && step.Undesirable > 0)
            yield return new("rewards/margins", Margin(step, rewards), batch.Total);
    }

    /// <summary>Shares that add up to the step's number of completions times the difference of the means of both kinds.</summary>
    private static Tensor Margin(LabelCounts step, LabelledValues rewards)
    {
        var (chosen, rejected) = ((double)step.Total / step.Desirable, (double)step.Total / step.Undesirable);
        return rewards.DesirableSum().Times(chosen) - rewards.UndesirableSum().Times(rejected);
    }
}
