using System.Text.Json;
using Microsoft.ML.Alignment.Tests.Loopback;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>The stage that labels pairs, with a judge behind HTTP that is asked several things at once, in a workspace.</summary>
internal static class KillableLabelling
{
    private const string Command = "label";

    /// <summary>Pairs that are labelled.</summary>
    public const int Rows = 60;

    /// <summary>Requests that may be under way.</summary>
    public const int AtOnce = 4;

    /// <summary>What a process needs to be told to label.</summary>
    public static string[] Arguments(Uri server, string workspace, string labels) => [Command, server.ToString(), workspace, labels];

    /// <summary>Labels, if the arguments say so.</summary>
    /// <returns>Whether they did.</returns>
    public static bool Run(string[] arguments)
    {
        if (arguments is not [Command, var server, var workspace, var labels])
            return false;
        Label(new(server), workspace, labels);
        return true;
    }

    /// <summary>
    /// Writes a line a row when all rows are judged, with all columns but the name of the model, by which the server numbers its answers.
    /// </summary>
    public static void Label(Uri server, string workspace, string labels)
    {
        using var client = LoopbackClient.Of(server);
        var ml = new MLContext(seed: 1);
        var stage = ml.Alignment(new() { WorkspacePath = workspace, Resume = true }).Feedback
            .JudgePreferences(new ChatJudge(client), new() { Limits = new() { MaxConcurrency = AtOnce, MaxRetries = 0 } });
        var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(row => new Candidates
        {
            Prompt = $"Prompt {row}?", Completion1 = $"Yes, {row}.", Completion2 = $"No, {row}.",
        }));
        var labelled = stage.Fit(rows).Transform(rows);
        File.WriteAllLines(labels, ml.Data.CreateEnumerable<JudgedRow>(labelled, reuseRowObject: false).Select(label => JsonSerializer.Serialize(label)));
    }

    private sealed class Candidates
    {
        public string Prompt { get; set; } = "";

        public string Completion1 { get; set; } = "";

        public string Completion2 { get; set; } = "";
    }

    private sealed class JudgedRow
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float ChosenProbability { get; set; }

        public string JudgeRationale { get; set; } = "";

        public string JudgeVerdict { get; set; } = "";

        public string JudgeVerdictSwapped { get; set; } = "";
    }
}
