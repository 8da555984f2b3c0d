using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures a chat client that several callers ask at the same time, the reading of their prompts included.</summary>
internal static class ServingBenchmark
{
    private const int PromptCharacters = 200;
    private const int NewTokens = 128;
    private const int WarmupTokens = 4;

    public static Measurement Run(Arguments arguments, int callers, Precision precision)
    {
        using var model = new MLContext().Alignment().LoadModel(arguments.ModelPath);
        using var client = model.AsIChatClient(new() { Precision = precision });
        var questions = new Queue<string>(File.ReadAllText(arguments.DataPath).Chunk(PromptCharacters).Select(characters => new string(characters)));
        Serve(client, questions, callers, WarmupTokens);
        var start = Stopwatch.GetTimestamp();
        var answers = Serve(client, questions, callers, NewTokens);
        return new()
        {
            Tokens = callers * NewTokens,
            Rows = callers,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
            Weights = Measurement.WeightsOf(model),
            Notes = [$"{callers} callers got {NewTokens} tokens each, in {answers} answers"],
        };
    }

    private static int Serve(IChatClient client, Queue<string> questions, int callers, int tokens) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallAsync(client, questions, tokens))).GetAwaiter().GetResult().Sum();

    // Whose answer has ended asks the next question, so that there are as many callers to the end.
    private static async Task<int> CallAsync(IChatClient client, Queue<string> questions, int tokens)
    {
        var answers = 0;
        for (var left = tokens; left > 0; answers++)
        {
            string question;
            lock (questions)
                question = questions.Dequeue();
            var answer = await client.GetResponseAsync(question, new() { MaxOutputTokens = left }).ConfigureAwait(false);
            left -= (int)answer.Usage!.OutputTokenCount!.Value;
        }

        return answers;
    }
}
