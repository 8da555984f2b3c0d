using Spectre.Console;

namespace Samples;

/// <summary>Shows the scores before and after each stage.</summary>
internal static class ResultTable
{
    private const int WidthInFiles = 130;

    public static void Print(VerbResult result)
    {
        var table = new Table().Title("Test verbs: never trained on").RoundedBorder();
        table.AddColumn("after");
        foreach (var heading in (string[])["said right", "over-regularised", "regular kept", "past > wrong", "past > wrong > doubled", "log-prob of right", "KL to incoming"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        AddPolicy(table, "base model", result.Base);
        AddPolicy(table, "SFT", result.Sft);
        AddPolicy(table, "DPO", result.Dpo);
        Write(table);
        Console.WriteLine($"Reward model on the test verbs: past over wrong {result.RewardModel.PastOverWrong:P0}, wrong over doubled {result.RewardModel.WrongOverDoubled:P0}.");
        Console.WriteLine($"Asked in a wording that the drill never has: {result.Base.RightInUnseenWording} -> {result.Dpo.RightInUnseenWording} of {result.Dpo.Verbs} said right.");
        Console.WriteLine($"{result.Seconds:F0} seconds, {result.PeakMemoryBytes / 1e9:F1} GB of memory at most.");
    }

    public static void Print(PairResult result)
    {
        var table = new Table().Title($"{result.TestPairs} pairs that were not trained on").RoundedBorder();
        foreach (var heading in (string[])["after", "prefers chosen", "log-prob of chosen, per token"])
            table.AddColumn(heading);
        AddPairs(table, "base model", result.Base);
        AddPairs(table, "SFT", result.Sft);
        AddPairs(table, "DPO", result.Dpo);
        Write(table);
        Console.WriteLine($"Reward model: prefers chosen {result.RewardModelAccuracy:P0}. {result.Seconds:F0} seconds.");
    }

    private static void Write(Table table)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthInFiles;
        AnsiConsole.Write(table);
    }

    private static void AddPolicy(Table table, string stage, DrillScores scores) => table.AddRow(
        stage, $"{scores.Right}/{scores.Verbs}", $"{scores.OverRegularised}", $"{scores.RegularRight}/{scores.RegularVerbs}",
        $"{scores.PrefersPast}", $"{scores.Ranked}", $"{scores.LogProbOfRight:F2}", $"{scores.KlToReference:F3}");

    private static void AddPairs(Table table, string stage, PairScores scores) =>
        table.AddRow(stage, $"{scores.PrefersChosen:P0}", $"{scores.LogProbOfChosen:F3}");
}
