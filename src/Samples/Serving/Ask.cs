using Microsoft.ML;
using Samples.Terminal;

namespace Samples.Serving;

/// <summary>Answers questions from a saved pipeline. It uses ML.NET only: the loader finds the component that answers.</summary>
internal static class Ask
{
    /// <exception cref="UsageException">There is no file to ask.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args is not [var zip, .. var questions])
            throw new UsageException("ask: which file? Give the zip that a run saved.");
        var ml = new MLContext();
        var model = ml.Model.Load(SavedPipeline.At(zip), out _);
        using var engine = ml.Model.CreatePredictionEngine<Question, Answer>(model);
        foreach (var question in (questions.Length > 0 ? questions : Lines(Console.In)).TakeWhile(_ => !stop.IsCancellationRequested))
            Console.WriteLine(OneLine(engine.Predict(new Question { Prompt = question }).GeneratedCompletion));
        return 0;
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>A text on one line, whatever it holds.</summary>
    public static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
