using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class BatchedDataViewTests
{
    private const int RowCount = 37;
    private readonly MLContext _context = new(seed: 5);
    private readonly CountingTransformer _transformer;
    private readonly Wide[] _rows = [.. Enumerable.Range(0, RowCount).Select(i => new Wide
    {
        Id = i, Prompt = new string('p', (i * 7) % 23), Chosen = new string('c', (i * 5) % 19), Vector = [i, i + 0.5f], Weight = i * 2,
    })];

    public BatchedDataViewTests() => _transformer = new(_context);

    [Fact]
    public void RowsAreScoredInBatchesWithAShortLastOne()
    {
        View().GetColumn<float>("PromptLength").Should().Equal(_rows.Select(r => (float)r.Prompt.Length));
        _transformer.BatchSizes.Should().Equal(RowScorer.BatchSize, RowCount - RowScorer.BatchSize);
    }

    [Fact]
    public void AColumnThatNobodyReadsIsNotComputed()
    {
        View().GetColumn<float>("PromptLength").Should().HaveCount(RowCount);
        _transformer.Computed.Should().Equal("PromptLength");
    }

    [Fact]
    public void ReadingWhatIsPassedThroughComputesNothing()
    {
        View().GetColumn<int>("Id").Should().Equal(Enumerable.Range(0, RowCount));
        _transformer.BatchSizes.Should().BeEmpty();
    }

    [Fact]
    public void WhatIsPassedThroughStaysBesideItsScore()
    {
        AssertRowsBelongTogether(View(), RowCount);
    }

    [Fact]
    public void ScoresFollowTheirRowsThroughShuffleFilterAndCache()
    {
        AssertRowsBelongTogether(_context.Data.ShuffleRows(View(), seed: 3), RowCount);
        AssertRowsBelongTogether(_transformer.Transform(_context.Data.ShuffleRows(Source(), seed: 3)), RowCount);
        AssertRowsBelongTogether(_transformer.Transform(_context.Data.FilterRowsByColumn(Source(), "Weight", 10, 40)), 15);
        AssertRowsBelongTogether(_context.Data.FilterRowsByColumn(View(), "Weight", 10, 40), 15);
        AssertRowsBelongTogether(_context.Data.Cache(View()), RowCount);
    }

    [Fact]
    public void NoRowsGiveNoRows()
    {
        _transformer.Transform(_context.Data.LoadFromEnumerable(Array.Empty<Wide>())).GetColumn<float>("ChosenLength").Should().BeEmpty();
        _transformer.BatchSizes.Should().BeEmpty();
    }

    [Fact]
    public void RowIdsAreThoseOfTheSource()
    {
        Ids(View()).Should().Equal(Ids(Source()));
    }

    [Fact]
    public void AWrongTypeOrAnInactiveColumnIsRefused()
    {
        var view = View();
        using var cursor = view.GetRowCursor([view.Schema["PromptLength"]]);
        new Action(() => cursor.GetGetter<int>(view.Schema["PromptLength"])).Should().Throw<InvalidOperationException>().WithMessage("*PromptLength*Single*");
        new Action(() => cursor.GetGetter<float>(view.Schema["ChosenLength"])).Should().Throw<ArgumentException>().WithMessage("*not active*");
    }

    [Fact]
    public void EightThreadsReadTheSame()
    {
        var view = View();
        var expected = _rows.Select(r => (float)r.Chosen.Length).ToArray();
        var results = new float[8][];
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() => results[i] = [.. view.GetColumn<float>("ChosenLength")])).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        results.Should().AllSatisfy(r => r.Should().Equal(expected));
    }

    [Fact]
    public void APredictionEngineComputesOnlyWhatItsClassHas()
    {
        using var engine = _context.Model.CreatePredictionEngine<Wide, ChosenLengthRow>(_transformer, new PredictionEngineOptions());
        engine.Predict(_rows[4]).ChosenLength.Should().Be(_rows[4].Chosen.Length);
        engine.Predict(_rows[9]).ChosenLength.Should().Be(_rows[9].Chosen.Length);
        _transformer.Computed.Should().Equal("ChosenLength");
        _transformer.BatchSizes.Should().Equal(1, 1);
    }

    [Fact]
    public void APredictionEngineScoresARowOnceHoweverManyColumnsItReads()
    {
        using var engine = _context.Model.CreatePredictionEngine<Wide, LengthsRow>(_transformer, new PredictionEngineOptions());
        var lengths = engine.Predict(_rows[4]);
        (lengths.PromptLength, lengths.ChosenLength, lengths.Note).Should().Be((_rows[4].Prompt.Length, _rows[4].Chosen.Length, "noted"));
        _transformer.BatchSizes.Should().Equal(1);
    }

    private static DataViewRowId[] Ids(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema.Where(c => c.Name is "Prompt" or "PromptLength"));
        var (get, ids) = (cursor.GetIdGetter(), new List<DataViewRowId>());
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            get(ref id);
            ids.Add(id);
        }

        return [.. ids];
    }

    private IDataView Source() => _context.Data.LoadFromEnumerable(_rows);

    private IDataView View() => _transformer.Transform(Source());

    private void AssertRowsBelongTogether(IDataView view, int count)
    {
        var scored = _context.Data.CreateEnumerable<Scored>(view, reuseRowObject: false).ToArray();
        scored.Should().HaveCount(count);
        scored.Should().AllSatisfy(row =>
        {
            var source = _rows[row.Id];
            row.Prompt.Should().Be(source.Prompt);
            row.Vector.Should().Equal(source.Vector);
            (row.Weight, row.PromptLength, row.ChosenLength).Should().Be((source.Weight, source.Prompt.Length, source.Chosen.Length));
        });
        scored.Select(r => r.Id).Should().OnlyHaveUniqueItems();
    }

    private sealed class Wide
    {
        public int Id { get; set; }

        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        [VectorType(2)]
        public float[] Vector { get; set; } = [];

        public float Weight { get; set; }
    }

    private sealed class Scored
    {
        public int Id { get; set; }

        public string Prompt { get; set; } = "";

        public float[] Vector { get; set; } = [];

        public float Weight { get; set; }

        public float PromptLength { get; set; }

        public float ChosenLength { get; set; }
    }

    private sealed class ChosenLengthRow
    {
        public float ChosenLength { get; set; }
    }

    private sealed class LengthsRow
    {
        public float PromptLength { get; set; }

        public float ChosenLength { get; set; }

        public string Note { get; set; } = "";
    }
}
