using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>A model that is disposed while it is used is freed when it is used no longer.</summary>
public sealed class DisposedInUseTests : IDisposable
{
    private const int Rounds = 12;

    private readonly MLContext _context = new(seed: 1);
    private readonly LanguageModel _model;
    private readonly StrongBox<Action?> _betweenRows = new();
    private readonly IDataView _rows;

    public DisposedInUseTests()
    {
        _model = LanguageModelOf(_context);
        _rows = _context.Data.LoadFromEnumerable(Rows());
    }

    public static TheoryData<string> Measurements => [.. Measured.Keys];

    private static Dictionary<string, Func<MLContext, LanguageModel, IDataView, object>> Measured { get; } = new()
    {
        ["scores"] = (_, model, rows) => model.ScoreCompletions(rows),
        ["preferences"] = (_, model, rows) => model.EvaluatePreferences(rows).PerToken.Accuracy,
        ["divergence"] = (_, model, rows) => model.KlDivergence(model, rows),
        ["summary"] = (context, model, rows) => context.Alignment().Data.Summarize(rows, model, new() { MaxLength = 90 }).ToString()!,
        ["row"] = (context, model, rows) => context.Alignment().Data.Inspect(rows, model, 2).ToString()!,
    };

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Measurements))]
    public void AModelDisposedWhileItsRowsAreReadIsUsedToTheEnd(string what)
    {
        var expected = Measured[what](_context, _model, _rows);
        _betweenRows.Value = _model.Dispose;
        Measured[what](_context, _model, _rows).Should().BeEquivalentTo(expected);
        _model.Invoking(model => Measured[what](_context, model, _rows)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void AModelDisposedWhileItTrainsIsTrainedToTheEnd()
    {
        var trainer = _context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { InitialModel = _model });
        _betweenRows.Value = _model.Dispose;
        using var fitted = trainer.Fit(_rows);
        fitted.Model.AdapterNames.Should().Equal("dpo");
        fitted.Model.ScoreCompletions(_rows).Should().OnlyContain(score => double.IsFinite(score.Sum));
    }

    [Fact]
    public void AStageDisposedWhileItsRowsAreReadIsUsedToTheEnd()
    {
        using var start = _context.Alignment().BaseModel(AlignedChain.BasePath, new() { Generation = new() { MaxNewTokens = 3 } }).Fit(_rows);
        var view = start.Transform(_rows);
        var expected = view.GetColumn<string>("GeneratedCompletion").ToArray();
        _betweenRows.Value = start.Dispose;
        view.GetColumn<string>("GeneratedCompletion").Should().Equal(expected);
        new Func<object>(() => view.GetColumn<string>("GeneratedCompletion").ToArray()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task AnotherThreadThatDisposesTheModelLeavesTheAnswerOrAnObjectDisposedException()
    {
        using var folder = new TemporaryFolder();
        using var reference = _model.Share();
        Func<LanguageModel, string>[] uses =
        [
            model => model.Describe(),
            model => Text(model.ScoreCompletions(_rows)),
            model => Saved(model, folder),
        ];
        var expected = uses.Select(use => use(reference)).ToArray();
        var random = new Random(5);
        for (var round = 0; round < Rounds * uses.Length; round++)
        {
            var index = round % uses.Length;
            var victim = LanguageModelOf(_context);
            var answer = Task.Run(() => AnswerOrNull(uses[index], victim));
            Thread.SpinWait(random.Next(200_000));
            victim.Dispose();
            (await answer).Should().BeOneOf(expected[index], null);
        }
    }

    private static string? AnswerOrNull(Func<LanguageModel, string> use, LanguageModel model)
    {
        try
        {
            return use(model);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private static string Saved(LanguageModel model, TemporaryFolder folder)
    {
        var path = folder[Guid.NewGuid().ToString("N")];
        model.SavePretrained(path);
        var files = Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);
        return string.Join('|', files.Select(SHA256.HashData).Select(Convert.ToHexString));
    }

    private static string Text(IEnumerable<CompletionLogProb> scores) => string.Join('|', scores);

    // No other handle, so that whoever disposes it frees it.
    private static LanguageModel LanguageModelOf(MLContext context) => context.Alignment().LoadModel(AlignedChain.BasePath);

    private IEnumerable<Row> Rows()
    {
        foreach (var row in AlignedChain.Rows)
        {
            if (row != AlignedChain.Rows[0])
                _betweenRows.Value?.Invoke();
            yield return new() { Prompt = row.Prompt, Completion = row.Chosen, Chosen = row.Chosen, Rejected = row.Rejected };
        }
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }
}
