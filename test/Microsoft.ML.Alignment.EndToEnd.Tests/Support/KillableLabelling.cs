using System.Text.Json;
using Microsoft.ML.Alignment.Tests.Loopback;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>Labels pairs with a judge behind HTTP, several at once, with a journal.</summary>
internal static class KillableLabelling
{
    private const string Command = "label";

    /// <summary>Pairs that are labelled.</summary>
    public const int Rows = 60;

    /// <summary>Requests that may be under way.</summary>
    public const int AtOnce = 4;

    /// <summary>What a process needs to be told to label.</summary>
    public static string[] Arguments(Uri server, string journal, string labels) => [Command, server.ToString(), journal, labels];

    /// <summary>Labels, if the arguments say so.</summary>
    /// <returns>Whether they did.</returns>
    public static bool Run(string[] arguments)
    {
        if (arguments is not [Command, var server, var journal, var labels])
            return false;
        LabelAsync(new(server), journal, labels).GetAwaiter().GetResult();
        return true;
    }

    /// <summary>Writes a line a row, when all rows are judged, without the name of the model, by which the server numbers its answers.</summary>
    public static async Task LabelAsync(Uri server, string journal, string labels)
    {
        using var client = LoopbackClient.Of(server);
        using var session = new FeedbackSession(new() { MaxConcurrency = AtOnce, MaxRetries = 0 }, journal);
        var judge = new ChatJudge(client);
        var asked = Enumerable.Range(0, Rows).Select(row => judge.CompareAsync(new($"Prompt {row}?", $"Yes, {row}.", $"No, {row}."), session));
        var verdicts = await Task.WhenAll(asked);
        await File.WriteAllLinesAsync(labels, verdicts.Select(verdict => JsonSerializer.Serialize(verdict with { Model = null })));
    }
}
