using System.Collections.Concurrent;
using Microsoft.ML;

namespace Samples.Serving;

/// <summary>Engines that are used again: as many as there were requests at one time. The model is borrowed and outlives the pool.</summary>
internal sealed class EnginePool(MLContext ml, ITransformer model) : IDisposable
{
    private static readonly PredictionEngineOptions Borrowed = new() { OwnsTransformer = false };

    private readonly ConcurrentBag<PredictionEngine<Question, Answer>> _idle = [];

    public string Ask(string question)
    {
        var engine = _idle.TryTake(out var idle) ? idle : ml.Model.CreatePredictionEngine<Question, Answer>(model, Borrowed);
        var answer = engine.Predict(new Question { Prompt = question }).GeneratedCompletion;
        _idle.Add(engine);
        return answer;
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var engine))
            engine.Dispose();
    }
}
