using Microsoft.ML;

namespace Samples;

/// <summary>Answers questions from a saved pipeline. It uses ML.NET only: the loader finds the component that answers.</summary>
internal static class Ask
{
    public static int Run(AskCommand command)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(command.ZipPath, out _);
        using var engine = ml.Model.CreatePredictionEngine<Question, Answer>(model);
        foreach (var question in command.Questions.Count > 0 ? command.Questions : Lines(Console.In))
            Console.WriteLine(OneLine(engine.Predict(new Question { Prompt = question }).GeneratedCompletion));
        return 0;
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class Question
    {
        public string Prompt { get; set; } = "";
    }

    private sealed class Answer
    {
        public string GeneratedCompletion { get; set; } = "";
    }
}
