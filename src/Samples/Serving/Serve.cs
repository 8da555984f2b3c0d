using System.Collections.Concurrent;
using Microsoft.ML;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Serving;

/// <summary>
/// How a server answers: the model is loaded once and outlives every request; a request takes an engine of its own, since engines are not
/// for
/// several threads, and that engine must not dispose the model.
/// </summary>
internal static class Serve
{
    private const int Requests = 100;

    /// <exception cref="UsageException">There is no file to serve.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args is not [var zip])
            throw new UsageException("serve: which file? Give the zip that a run saved, and nothing else.");
        var ml = new MLContext();
        var model = ml.Model.Load(SavedPipeline.At(zip), out _);
        using var owned = model as IDisposable; // when the server ends

        string[] questions = [.. Verb.LoadAll().Select(Wording.Test.Ask)];
        var answers = new ConcurrentBag<string>();
        Parallel.For(0, Requests, new() { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount }, request =>
            answers.Add(Handle(ml, model, questions[request % questions.Length])));

        Console.WriteLine($"{answers.Count} requests were answered.");
        return 0;
    }

    /// <summary>What stands in a request handler.</summary>
    internal static string Handle(MLContext ml, ITransformer model, string question)
    {
        var borrowed = new PredictionEngineOptions { OwnsTransformer = false };
        using var engine = ml.Model.CreatePredictionEngine<Question, Answer>(model, borrowed);
        return engine.Predict(new Question { Prompt = question }).GeneratedCompletion;
    }
}
