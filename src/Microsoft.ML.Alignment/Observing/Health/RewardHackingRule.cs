using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>
/// The reward rises where the policy trains, and what it is to stand for falls where it does not: the policy has found what the reward
/// does not see (Gao et al., 2022, arXiv:2210.10760).
/// </summary>
internal sealed class RewardHackingRule : IHealthRule
{
    private const double LeastFall = 0.02;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (Trend.OfSteps(history.Training(MetricNames.Scores)) is not { Rises: true } reward)
            return null;
        return HeldOutScores(history).Select(name => Check(name, history.Evaluation(name), reward)).FirstOrDefault(advice => advice is not null);
    }

    // Of the best evaluation, since a score that rises first and falls then is what it looks like.
    private static HealthAdvice? Check(string name, IReadOnlyList<StepValue> scores, Trend reward)
    {
        if (scores.Count < 2)
            return null;
        var (best, now) = (scores.MaxBy(score => score.Value), scores[^1].Value);
        return best.Value - now <= LeastFall * Math.Max(1, Math.Abs(best.Value)) ? null : new(
            "reward_hacking", now,
            string.Create(CultureInfo.InvariantCulture,
                $"The reward rises ({MetricNames.Scores} from {reward.Start:F2} to {reward.End:F2}), and held out {name} falls " +
                $"(from {best.Value:F2} in step {best.Step} to {now:F2})."),
            "Read the answers with the highest reward: what do they have that the reward should not pay for? Raise the KL coefficient, stop " +
            "at the best step, or mend the reward.");
    }

    private static IEnumerable<string> HeldOutScores(RunHistory history) => history.Names.Where(name =>
        name is MetricNames.Reward or MetricNames.TrueScore
        || name.StartsWith(MetricNames.WinRate, StringComparison.Ordinal)
        || (name.StartsWith("rewards/", StringComparison.Ordinal) && name.EndsWith("/mean", StringComparison.Ordinal)));
}
