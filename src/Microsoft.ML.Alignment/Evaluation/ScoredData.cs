namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Measures of scores that fitted stages have computed.</summary>
internal static class ScoredData
{
    public static PreferenceMetrics Preferences(IDataView data, string chosen, string rejected)
    {
        var scores = ScoredRows.Read(data, [chosen, rejected]).Scores;
        return new(scores[0], scores[1]);
    }

    public static RewardModelMetrics RewardModel(IDataView data, string chosen, string rejected)
    {
        var rows = ScoredRows.Read(data, ["ChosenReward", "RejectedReward"], chosen, rejected);
        return new(rows.Scores[0], rows.Scores[1], [.. rows.TextLengths[0].Zip(rows.TextLengths[1], (better, worse) => better - worse)]);
    }

    public static WinRateMetrics WinRate(IDataView data, string score, string opponentScore)
    {
        var scores = ScoredRows.Read(data, [score, opponentScore]).Scores;
        var signs = scores[0].Zip(scores[1], (ours, opponents) => ours.CompareTo(opponents)).ToArray();
        return new(signs.Count(sign => sign > 0), signs.Count(sign => sign == 0), signs.Count(sign => sign < 0));
    }
}
