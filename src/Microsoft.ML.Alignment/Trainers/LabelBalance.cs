using System.Globalization;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>
/// KTO's advice on the weights of both kinds of completions: λ_D n_D / (λ_U n_U) is to be in [1, 4/3] (Ethayarajh et al., 2024,
/// arXiv:2402.01306, section 4.2).
/// </summary>
internal static class LabelBalance
{
    private const double Least = 1;
    private const double Most = 4.0 / 3;
    private const double Slack = 1e-9; // 12 : 9 is within

    /// <summary>Says how both kinds count, and which weights would do if these do not.</summary>
    public static string Describe(LabelCounts counts, FeedbackWeights weights)
    {
        if (counts.Desirable == 0 || counts.Undesirable == 0)
            return $" Without {(counts.Desirable == 0 ? "desirable" : "undesirable")} ones there is nothing to tell apart: add some.";
        var (desirable, undesirable) = (weights.Desirable * counts.Desirable, weights.Undesirable * counts.Undesirable);
        var ratio = desirable / undesirable;
        var now = string.Create(CultureInfo.InvariantCulture,
            $" With weights {weights.Desirable:G4} and {weights.Undesirable:G4} they count {ratio:G3} : 1");
        if (ratio >= Least - Slack && ratio <= Most + Slack)
            return now + ", as advised.";
        var ofDesirable = Range(undesirable * Least / counts.Desirable, undesirable * Most / counts.Desirable);
        var ofUndesirable = Range(desirable / Most / counts.Undesirable, desirable / Least / counts.Undesirable);
        return $"{now}; advised is 1 : 1 to 4 : 3. Set {nameof(KtoTrainer.Options.DesirableWeight)} {ofDesirable}, "
            + $"or {nameof(KtoTrainer.Options.UndesirableWeight)} {ofUndesirable}.";
    }

    private static string Range(double from, double to) => string.Create(CultureInfo.InvariantCulture, $"between {from:G3} and {to:G3}");
}
