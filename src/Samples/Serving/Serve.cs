using System.Diagnostics;
using Microsoft.ML;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Serving;

/// <summary>
/// How a server answers: the model is loaded once and outlives all requests. Engines are not for several threads, so each request has one to
/// itself, its own or one of a pool; an engine must not dispose the model.
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
        using var pool = new EnginePool(ml, model);

        Measure("an engine a request", question => Answer(ml, model, question), stop);
        Measure("a pool of engines", pool.Ask, stop);
        return 0;
    }

    /// <summary>What stands in a request handler.</summary>
    internal static string Answer(MLContext ml, ITransformer model, string question)
    {
        var borrowed = new PredictionEngineOptions { OwnsTransformer = false };
        using var engine = ml.Model.CreatePredictionEngine<Question, Answer>(model, borrowed);
        return engine.Predict(new Question { Prompt = question }).GeneratedCompletion;
    }

    private static void Measure(string name, Func<string, string> answer, CancellationToken stop)
    {
        string[] questions = [.. Verb.LoadAll().Select(Wording.Test.Ask)];
        var clock = Stopwatch.StartNew();
        Parallel.For(0, Requests, new() { CancellationToken = stop }, request => answer(questions[request % questions.Length]));
        Console.WriteLine($"{name}: {Requests} requests answered, {Requests / clock.Elapsed.TotalSeconds:F0} a second.");
    }
}
