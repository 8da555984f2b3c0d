using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Story;

/// <summary>Shows scores: a row a figure, a column a policy.</summary>
internal static class ScoreTable
{
    /// <summary>Shows how policies do on verbs.</summary>
    /// <param name="title">Which verbs they are.</param>
    /// <param name="policies">A name and the scores of each policy.</param>
    /// <param name="withDivergence">Whether each policy was measured against the one that came into its stage.</param>
    public static void Print(string title, IReadOnlyList<(string Name, DrillScores Scores)> policies, bool withDivergence)
    {
        IReadOnlyList<string> Row(string figure, Func<DrillScores, string> cell) =>
            [figure, .. policies.Select(policy => cell(policy.Scores))];
        IReadOnlyList<string>[] divergence = [Row("KL to the incoming policy", scores => $"{scores.KlToReference:F3}")];
        IReadOnlyList<string>[] sampled = [Row("sampled answers that are right", scores => $"{scores.SampledAccuracy:P0}")];
        Console.WriteLine();
        Console.WriteLine(title);
        TextTable.Write(
            ["after", .. policies.Select(policy => policy.Name)],
            [
                Row("irregular verbs said right", scores => $"{scores.Right}/{scores.Verbs}"),
                Row("over-regularised, \"goed\"", scores => $"{scores.OverRegularised}/{scores.Verbs}"),
                Row("regular verbs kept", scores => $"{scores.RegularRight}/{scores.RegularVerbs}"),
                Row("prefers went > goed", scores => $"{scores.PrefersPast}/{scores.Verbs}"),
                Row("ranks went > goed > wented", scores => $"{scores.Ranked}/{scores.Verbs}"),
                Row("log-prob of the right answer", scores => $"{scores.LogProbOfRight:F2}"),
                .. policies.Any(policy => policy.Scores.SampledAccuracy is not null) ? sampled : [],
                .. withDivergence ? divergence : [],
            ]);
    }

    public static void Print(VerbResult result)
    {
        var (before, sft, after, reward) = (result.Base, result.Sft, result.Dpo, result.RewardModel);
        Print("Test verbs: never trained on", [("base model", before), ("SFT", sft), ("DPO", after)], withDivergence: true);
        Console.WriteLine($"Reward model: prefers past to wrong {reward.PastOverWrong:P0}, wrong to doubled {reward.WrongOverDoubled:P0}.");
        Console.WriteLine($"In a wording without training rows: {before.RightInUnseenWording} -> {after.RightInUnseenWording} of {after.Verbs} right.");
        Console.WriteLine($"{result.Seconds:F0} seconds, {result.PeakMemoryBytes / 1e9:F1} GB of memory at most.");
    }

    public static void Print(PairResult result)
    {
        static IReadOnlyList<string> Row(string stage, PairScores scores) =>
            [stage, $"{scores.PrefersChosen:P0}", $"{scores.LogProbOfChosen:F3}"];
        Console.WriteLine();
        Console.WriteLine($"{result.TestPairs} pairs that were not trained on");
        TextTable.Write(
            ["after", "prefers chosen", "log-prob of chosen, per token"],
            [Row("base model", result.Base), Row("SFT", result.Sft), Row("DPO", result.Dpo)]);
        Console.WriteLine($"Reward model: prefers chosen {result.RewardModelAccuracy:P0}. {result.Seconds:F0} seconds.");
    }
}
