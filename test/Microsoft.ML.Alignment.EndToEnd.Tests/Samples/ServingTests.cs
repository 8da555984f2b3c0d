using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Serving;
using Xunit;
using Answer = Samples.Serving.Answer;
using Question = Samples.Serving.Question;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

/// <summary>What docs/serving.md shows, under requests in parallel.</summary>
public sealed class ServingTests
{
    private const int Requests = 24;
    private static readonly string[] Prompts = ["One day, Lily wanted to", "Tom likes to", "They often"];

    private readonly MLContext _ml = new();

    [Fact]
    public void EnginesOfOneRequestEachLeaveTheModelToTheOthers()
    {
        var model = Load();
        using var owned = (IDisposable)model;
        Check(model, prompt => Serve.Answer(_ml, model, prompt));
    }

    [Fact]
    public void APoolOfEnginesAnswersAsOneEngineDoes()
    {
        var model = Load();
        using var owned = (IDisposable)model;
        using (var pool = new EnginePool(_ml, model))
            Check(model, pool.Ask);
        Serve.Answer(_ml, model, Prompts[0]).Should().NotBeEmpty("the pool disposes its engines and not the model");
    }

    [Fact]
    public void AnEngineThatOwnsItsModelAnswersOnce()
    {
        var model = Load();
        using var owned = (IDisposable)model;
        string Ask()
        {
            using var engine = _ml.Model.CreatePredictionEngine<Question, Answer>(model);
            return engine.Predict(new Question { Prompt = Prompts[0] }).GeneratedCompletion;
        }

        Ask().Should().NotBeEmpty();
        FluentActions.Invoking(Ask).Should().Throw<Exception>("which is why a server must not do this");
    }

    private void Check(ITransformer model, Func<string, string> answer)
    {
        var expected = Prompts.ToDictionary(prompt => prompt, prompt => Serve.Answer(_ml, model, prompt));
        var answers = new ConcurrentBag<(string Prompt, string Text)>();
        Parallel.ForEach(
            Enumerable.Range(0, Requests).Select(request => Prompts[request % Prompts.Length]),
            new() { MaxDegreeOfParallelism = 8 },
            prompt => answers.Add((prompt, answer(prompt))));
        answers.Should().HaveCount(Requests).And.OnlyContain(answered => answered.Text == expected[answered.Prompt]);
    }

    private ITransformer Load() => _ml.Model.Load(TestFiles.Golden("saved/v1.zip"), out _);
}
