using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>
/// A server's day in half a minute: eight threads score beside a thread that only makes garbage, a training, and one that disposes models
/// in use. Every answer is compared with that of one thread; what goes wrong natively ends the process.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class ConcurrencyStressTests : IDisposable
{
    private const int Scorers = 8;
    private const int LeastAnswersOfEach = 3;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    // Machines that are busy with other things get this long for the least that a round must do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly AlignedChain _chain = new();
    private readonly ConcurrentBag<string> _faults = [];
    private readonly ConcurrentDictionary<string, int> _answers = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly CancellationTokenSource _stop = new();
    private LanguageModel _victim;
    private string? _trained;

    public ConcurrencyStressTests() => _victim = Load();

    private LanguageModel Policy => _chain.Fitted.LastTransformer.Model;

    public void Dispose()
    {
        _stop.Dispose();
        _victim.Dispose();
        _chain.Dispose();
    }

    [Fact]
    public async Task EveryAnswerIsThatOfOneThread()
    {
        var uses = Uses();
        var expected = uses.ToDictionary(use => use.Key, use => use.Value());
        Train(); // alone, which the later ones are compared with
        _time.Restart();

        Task[] threads =
        [
            .. Enumerable.Range(0, Scorers).Select(seed => new Random(seed)).Select(random => Start(() => Score(uses, expected, random))),
            Start(MakeGarbage), Start(DisposeModelsInUse), Start(Train),
        ];
        while (!_stop.IsCancellationRequested && (_time.Elapsed < Duration || !IsEnough(uses.Keys)) && _time.Elapsed < Patience)
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        await _stop.CancelAsync();
        await Task.WhenAll(threads);

        _faults.Should().BeEmpty();
        IsEnough(uses.Keys).Should().BeTrue("each kind of answer came several times: {0}", string.Join(", ", _answers));
    }

    private Dictionary<string, Func<string>> Uses() => new()
    {
        ["completions"] = () => Text(Policy.ScoreCompletions(_chain.Pairs, Chosen)),
        ["divergence"] = () => Text(Policy.KlDivergence(_chain.Stage<PolicyTransformer>(0).Model, _chain.Pairs, Chosen)),
        ["margins"] = () => Text(_chain.Fitted.Transform(_chain.Pairs).GetColumn<float>("ImplicitRewardMargin")),
        ["rewards"] = () => Text(_chain.Fitted.Transform(_chain.Pairs).GetColumn<float>("RewardMargin")),
        ["texts"] = () => Text(_chain.Fitted.Transform(_chain.Pairs).GetColumn<string>("GeneratedCompletion")),
        ["victim"] = () => Text(Volatile.Read(ref _victim).ScoreCompletions(_chain.Pairs, Chosen)),
    };

    private static EvaluationColumns Chosen => new() { CompletionColumnName = "Chosen" };

    private bool IsEnough(IEnumerable<string> uses) =>
        uses.Append("training").All(use => _answers.GetValueOrDefault(use) >= LeastAnswersOfEach);

    private void Score(Dictionary<string, Func<string>> uses, Dictionary<string, string> expected, Random random)
    {
        var names = uses.Keys.ToArray();
        var name = names[random.Next(names.Length)];
        try
        {
            Compare(name, uses[name](), expected[name]);
        }
        catch (ObjectDisposedException) when (name == "victim")
        {
        }
    }

    private void Compare(string name, string answer, string expected)
    {
        _answers.AddOrUpdate(name, 1, (_, count) => count + 1);
        if (answer != expected)
            _faults.Add($"{name}: {answer} instead of {expected}");
    }

    private void MakeGarbage()
    {
        for (var i = 0; i < 2000; i++)
            _ = new byte[1024];
        GC.Collect(0);
    }

    private void DisposeModelsInUse()
    {
        var next = Load();
        Interlocked.Exchange(ref _victim, next).Dispose();
    }

    private void Train()
    {
        var options = AlignedChain.DpoOptions with { InitialModel = Policy, Lora = new() { Rank = 2, Dropout = 0.3 } };
        using var fitted = _chain.Context.Alignment().Trainers.Dpo(options).Fit(_chain.Pairs);
        var answer = Text(fitted.Model.ScoreCompletions(_chain.Pairs, Chosen));
        Compare("training", answer, _trained ??= answer);
    }

    private LanguageModel Load() => _chain.Context.Alignment().LoadModel(AlignedChain.BasePath);

    // The first fault ends all threads.
    private Task Start(Action work) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                while (!_stop.IsCancellationRequested && _faults.IsEmpty)
                    work();
            }
            catch (Exception e)
            {
                _faults.Add(e.ToString());
            }

            _stop.Cancel();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Text<T>(IEnumerable<T> values) => string.Join('|', values);
}
