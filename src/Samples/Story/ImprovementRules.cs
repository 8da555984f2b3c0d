using Samples.Verbs;

namespace Samples.Story;

/// <summary>What counts as a clear improvement on verbs that were never trained on.</summary>
internal static class ImprovementRules
{
    /// <summary>Each rule in words, and whether the result keeps it.</summary>
    public static IReadOnlyList<(string Rule, bool Holds)> Check(DrillScores before, DrillScores after) =>
    [
        ($"at least a quarter more of the irregular verbs are said right ({before.Right} -> {after.Right} of {after.Verbs})",
            4 * (after.Right - before.Right) >= after.Verbs),
        ($"at most half as many are over-regularised ({before.OverRegularised} -> {after.OverRegularised})",
            2 * after.OverRegularised <= before.OverRegularised),
        ($"as many are ranked past > wrong > doubled, or more ({before.Ranked} -> {after.Ranked})", after.Ranked >= before.Ranked),
        ($"regular verbs are kept, but for two at most ({before.RegularRight} -> {after.RegularRight} of {after.RegularVerbs})",
            after.RegularRight >= before.RegularRight - 2),
        ($"the right answers became more probable ({before.LogProbOfRight:F2} -> {after.LogProbOfRight:F2} nats)",
            after.LogProbOfRight > before.LogProbOfRight),
    ];
}
