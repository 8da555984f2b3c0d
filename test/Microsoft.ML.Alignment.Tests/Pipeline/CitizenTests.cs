using System.Collections.Concurrent;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>
/// What users of ML.NET do with a view or a chain, done with a fitted chain: the scores of the plain path, and no tensor left over.
/// </summary>
/// <remarks>Counts all tensors of the process, so nothing else may run beside it.</remarks>
[Collection(RunsAlone.Name)]
public sealed class CitizenTests : IClassFixture<AlignedChain>
{
    private const int Repeats = 8;

    // The last bits of a product depend on its size, and so on the rows that are scored together.
    private const float LastBits = 1e-5f;

    private readonly AlignedChain _chain;
    private readonly MLContext _context;
    private readonly Dictionary<string, ScoredPair> _plain;

    public CitizenTests(AlignedChain chain)
    {
        (_chain, _context) = (chain, chain.Context);
        _plain = Read(chain.Fitted.Transform(chain.Pairs)).ToDictionary(row => row.Prompt);
    }

    public static TheoryData<string> Behind => [.. OnScored.Keys];

    public static TheoryData<string> Before => [.. OnSource.Keys];

    // Each with the rows that it leaves of 5 × 8.
    private static Dictionary<string, (Func<MLContext, IDataView, IDataView> Do, int Rows)> OnScored => new()
    {
        ["shuffle"] = ((ml, view) => ml.Data.ShuffleRows(view, seed: 3), 40),
        ["filter by column"] = ((ml, view) => ml.Data.FilterRowsByColumn(view, "Number", 3, 14), 11),
        ["filter by predicate"] = ((ml, view) => ml.Data.FilterByCustomPredicate<NumberRow>(view, row => row.Number % 2 == 1), 20),
        ["filter by missing values"] = ((ml, view) => ml.Data.FilterRowsByMissingValues(view, "ImplicitRewardMargin", "RewardMargin"), 40),
        ["take"] = ((ml, view) => ml.Data.TakeRows(view, 33), 33),
        ["skip"] = ((ml, view) => ml.Data.SkipRows(view, 33), 7),
        ["cache"] = ((ml, view) => ml.Data.Cache(view), 40),
        ["cache of a shuffle"] = ((ml, view) => ml.Data.Cache(ml.Data.ShuffleRows(view, seed: 4)), 40),
    };

    private static Dictionary<string, (Func<MLContext, IDataView, IDataView> Do, int Rows)> OnSource => OnScored
        .Where(step => step.Key is "shuffle" or "filter by column" or "cache of a shuffle").ToDictionary(step => step.Key, step => step.Value);

    [Theory]
    [MemberData(nameof(Behind))]
    public void ScoresStayWithTheirRowsThroughWhatComesBehindTheChain(string step) =>
        LeavesNothing(() => AssertPlain(Read(OnScored[step].Do(_context, _chain.Fitted.Transform(Source()))), OnScored[step].Rows));

    [Theory]
    [MemberData(nameof(Before))]
    public void ScoresStayWithTheirRowsThroughWhatComesBeforeTheChain(string step) =>
        LeavesNothing(() => AssertPlain(Read(_chain.Fitted.Transform(OnSource[step].Do(_context, Source()))), OnSource[step].Rows));

    [Fact]
    public void AScoredViewIsSavedAsBinaryAndLoaded() => LeavesNothing(() =>
    {
        using var folder = new TemporaryFolder();
        var scored = _chain.Fitted.Transform(Source());
        using (var stream = File.Create(folder["scored.idv"]))
            _context.Data.SaveAsBinary(scored, stream);
        var loaded = _context.Data.LoadFromBinary(folder["scored.idv"]);
        loaded.Schema.Select(column => column.Name).Should().BeEquivalentTo(scored.Schema.Where(column => !column.IsHidden).Select(column => column.Name));
        loaded.GetColumn<string>("Policy").Should().AllBe(scored.GetColumn<string>("Policy").First());
        AssertPlain(Read(loaded), 40);
    });

    [Fact]
    public void RowsThatWereSavedAsBinaryAreScored() => LeavesNothing(() =>
    {
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder["rows.idv"]))
            _context.Data.SaveAsBinary(Source(), stream);
        AssertPlain(Read(_chain.Fitted.Transform(_context.Data.LoadFromBinary(folder["rows.idv"]))), 40);
    });

    [Fact]
    public void APreviewShowsTheFirstRowsWithTheirScores() => LeavesNothing(() =>
    {
        foreach (var preview in new[] { _chain.Fitted.Preview(Source(), maxRows: 3), _chain.Fitted.Transform(Source()).Preview(maxRows: 3) })
        {
            preview.RowView.Should().HaveCount(3);
            foreach (var row in preview.RowView.Select(row => row.Values.GroupBy(v => v.Key).ToDictionary(v => v.Key, v => v.Last().Value)))
            {
                var plain = _plain[row["Prompt"].ToString()!];
                ((float)row["ImplicitRewardMargin"]).Should().BeApproximately(plain.ImplicitRewardMargin, LastBits);
                row["GeneratedCompletion"].ToString().Should().Be(plain.GeneratedCompletion);
                row["Policy"].ToString().Should().Be(_chain.Fitted.Transform(_chain.Pairs).GetColumn<string>("Policy").First());
            }
        }
    });

    [Fact]
    public void AnEstimatorPreviewFitsAndScores()
    {
        var preview = _context.Alignment().BaseModel(AlignedChain.BasePath, new() { Generation = new() { MaxNewTokens = 2 } }).Preview(_chain.Pairs, maxRows: 2);
        preview.RowView.Should().HaveCount(2);
        preview.ColumnView.Single(column => column.Column.Name == "GeneratedCompletion").Values.Should().OnlyContain(text => text.ToString() != "");
    }

    [Fact]
    public void CacheCheckpointsBetweenStagesChangeNothing()
    {
        var align = _context.Alignment();
        using var cached = align.BaseModel(AlignedChain.BasePath).AppendCacheCheckpoint(_context)
            .Append(align.Trainers.Sft(AlignedChain.SftOptions)).AppendCacheCheckpoint(_context)
            .Append(align.Trainers.RewardModel(AlignedChain.RewardModelOptions))
            .Append(align.Trainers.Dpo(AlignedChain.DpoOptions)).AppendCacheCheckpoint(_context)
            .Fit(_chain.Pairs);
        Read(cached.Transform(_chain.Pairs)).Should().BeEquivalentTo(_plain.Values);
    }

    [Fact]
    public void PredictionEnginesOnSeveralThreadsGiveTheScoresOfTheView() => LeavesNothing(() =>
    {
        var results = new string[6][];
        var threads = Enumerable.Range(0, results.Length).Select(i => new Thread(() => results[i] = Predict())).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        results.Should().AllSatisfy(texts => texts.Should().Equal(AlignedChain.Rows.Select(row => _plain[row.Prompt].GeneratedCompletion)));
    });

    // As PredictionEnginePool keeps engines: made on demand with default options, dropped and never disposed when more come back than it keeps.
    [Fact]
    public void APoolOfEnginesServesSeveralThreads() => LeavesNothing(() =>
    {
        var (pool, kept) = (new ConcurrentBag<PredictionEngine<PromptRow, AnswerRow>>(), 2);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, request =>
        {
            var row = AlignedChain.Rows[request % AlignedChain.Rows.Length];
            if (!pool.TryTake(out var engine))
                engine = _context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(_chain.Fitted);
            engine.Predict(new() { Prompt = row.Prompt }).GeneratedCompletion.Should().Be(_plain[row.Prompt].GeneratedCompletion);
            if (pool.Count < kept)
                pool.Add(engine);
        });
        pool.Should().NotBeEmpty();
    });

    private string[] Predict()
    {
        var options = new PredictionEngineOptions { OwnsTransformer = false };
        using var engine = _context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(_chain.Fitted, options);
        return [.. AlignedChain.Rows.Select(row => engine.Predict(new() { Prompt = row.Prompt }).GeneratedCompletion)];
    }

    private IDataView Source() => _context.Data.LoadFromEnumerable(Enumerable.Range(0, Repeats * AlignedChain.Rows.Length).Select(i =>
    {
        var row = AlignedChain.Rows[i % AlignedChain.Rows.Length];
        return new NumberedPair { Prompt = row.Prompt, Chosen = row.Chosen, Rejected = row.Rejected, Number = i };
    }));

    private ScoredPair[] Read(IDataView view) => [.. _context.Data.CreateEnumerable<ScoredPair>(view, reuseRowObject: false)];

    private void AssertPlain(ScoredPair[] rows, int count)
    {
        rows.Should().HaveCount(count);
        rows.Should().AllSatisfy(row =>
        {
            var plain = _plain[row.Prompt];
            (row.Chosen, row.GeneratedCompletion).Should().Be((plain.Chosen, plain.GeneratedCompletion));
            row.ImplicitRewardMargin.Should().BeApproximately(plain.ImplicitRewardMargin, LastBits);
            row.RewardMargin.Should().BeApproximately(plain.RewardMargin, LastBits);
        });
    }

    private static void LeavesNothing(Action work)
    {
        work();
        var before = Tensors.CountLive();
        work();
        Tensors.CountLive().Should().Be(before);
    }

    private sealed class NumberRow
    {
        public float Number { get; set; }
    }

    private sealed class NumberedPair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float Number { get; set; }
    }

    private sealed class ScoredPair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string GeneratedCompletion { get; set; } = "";

        public float ImplicitRewardMargin { get; set; }

        public float RewardMargin { get; set; }
    }
}
