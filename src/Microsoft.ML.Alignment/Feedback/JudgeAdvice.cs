using System.Globalization;
using Microsoft.ML.Alignment.Observing.Health;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>What looks wrong with a judge, and with the requests of a stage.</summary>
internal static class JudgeAdvice
{
    // Of fewer a share says little.
    private const int FewestPairs = 20;
    private const double MostAbstentions = 0.1;
    private const double MostTies = 0.5;
    private const double LeastConsistency = 0.8;
    private const double FarFromHalf = 0.2;
    private const double FarFromPeople = 0.15;
    private const double LeastKappa = 0.2;
    private const double MostFailures = 0.05;

    /// <summary>What looks wrong; nothing where all is well, or too little is known.</summary>
    /// <param name="quality">The judge's figures; null for a stage that compares nothing.</param>
    /// <param name="requests">How requests went.</param>
    public static IReadOnlyList<HealthAdvice> Of(JudgeQuality? quality, FeedbackRequests requests)
    {
        HealthAdvice?[] ofJudge = quality is { Pairs: >= FewestPairs }
            ? [Order(quality), Consistency(quality), Abstentions(quality), Ties(quality), Length(quality), People(quality)]
            : [];
        return [.. ofJudge.Append(Failures(requests)).OfType<HealthAdvice>()];
    }

    private static HealthAdvice? Order(JudgeQuality quality) => quality.FirstSlotRate is { } rate && Math.Abs(rate - 0.5) > FarFromHalf
        ? new("judge_looks_at_order", rate, Say($"Of the judge's answers {rate:P0} are for the completion that was shown first."),
            "Where both orders are asked its pairs are few and not wrong; with BothOrders = false they are. Take a stronger model, or " +
            "a shorter constitution.")
        : null;

    private static HealthAdvice? Consistency(JudgeQuality quality) => quality.PositionConsistency is { } consistency and < LeastConsistency
        ? new("judge_contradicts_itself", consistency,
            Say($"Asked in both orders, the judge gives the same answer to {consistency:P0} of the questions."),
            "Disagreement is a tie, so that pairs are lost and not wrong. Take a stronger model, or several votes.")
        : null;

    private static HealthAdvice? Abstentions(JudgeQuality quality) => quality.AbstentionRate is { } rate and > MostAbstentions
        ? new("judge_abstains", rate, Say($"The judge gave no usable answer to {rate:P0} of the pairs."),
            "Read its answers in the journal: it refuses, does not keep to the form that is asked for, or its client fails.")
        : null;

    private static HealthAdvice? Ties(JudgeQuality quality) => quality.TieRate is { } rate and > MostTies
        ? new("judge_ties", rate, Say($"Of the judge's verdicts {rate:P0} are ties."),
            "Candidates may be too alike: sample with a higher temperature, or more of them. Keep ties as soft labels (TieHandling.Soft).")
        : null;

    private static HealthAdvice? Length(JudgeQuality quality)
    {
        var people = quality.HumanLongerPreferredRate;
        var ofPeople = people is { } share ? Say($", people in {share:P0}") : "";
        return quality.LongerPreferredRate is { } rate && rate - (people ?? 0.5) > (people is null ? 2 * FarFromHalf : FarFromPeople)
            ? new("judge_likes_length", rate,
                Say($"The judge prefers the longer completion in {rate:P0} of the pairs{ofPeople}."),
                "Training on these pairs makes answers longer. Leave the surplus out (LengthHandling.Balanced), and " +
                "compare policies by LengthControlledWinRate.")
            : null;
    }

    private static HealthAdvice? People(JudgeQuality quality) => quality is { HumanLabels: >= FewestPairs, Kappa: { } kappa and < LeastKappa }
        ? new("judge_disagrees", kappa,
            Say($"Judge and people agree hardly more often than by chance: Cohen's kappa is {kappa:0.00} on {quality.HumanLabels} pairs."),
            "What is trained on its pairs learns something else than people want. Look at the pairs on which they differ; " +
            "change the constitution, or the judge.")
        : null;

    private static HealthAdvice? Failures(FeedbackRequests requests) =>
        requests.Failed > 0 && requests.Failed / (double)(requests.Asked + requests.Failed) is > MostFailures and var share
            ? new("requests_fail", share,
                Say($"Of the requests {share:P0} failed for good; {requests.TimedOut} attempts got no answer in time."),
                "Their rows are left out. Raise TimeoutSeconds or MaxRetries, lower MaxConcurrency, and run again with Resume: " +
                "what was answered is not asked again.")
            : null;

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
