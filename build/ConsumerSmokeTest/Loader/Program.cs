using Microsoft.ML;

// Knows ML.NET only: the component that answers is found by the loader.
var ml = new MLContext();
var model = ml.Model.Load(args[0], out _);
using var engine = ml.Model.CreatePredictionEngine<Question, Answer>(model);
var answer = engine.Predict(new Question { Prompt = "one plus one is" });
Console.WriteLine($"answer: \"{answer.GeneratedCompletion}\"");
return answer.GeneratedCompletion is null ? 1 : 0;

internal sealed class Question
{
    public string Prompt { get; set; } = "";
}

internal sealed class Answer
{
    public string? GeneratedCompletion { get; set; }
}
