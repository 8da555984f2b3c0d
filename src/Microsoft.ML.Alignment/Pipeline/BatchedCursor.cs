using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Reads a batch of rows ahead, keeps what is passed through by value, scores the batch and then serves its rows.</summary>
internal sealed class BatchedCursor : RootCursorBase
{
    private readonly BoundScorer _binding;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly ScoreBatch _batch;
    private readonly ScoringSession _session;
    private readonly ColumnBuffer?[] _passed;
    private readonly (ValueGetter<ReadOnlyMemory<char>> Get, ReadOnlyMemory<char>[] Values)[] _texts;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly DataViewRowId[] _ids = new DataViewRowId[RowScorer.BatchSize];
    private readonly long[] _batches = new long[RowScorer.BatchSize];
    private int _row = -1;
    private bool _inputEnded;
    private bool _disposed;

    public BatchedCursor(IChannelProvider provider, BoundScorer binding, ScoringSession session, DataViewRowCursor input, bool[] active)
        : base(provider)
    {
        (_binding, _session, _input, _active) = (binding, session, input, active);
        _batch = new ScoreBatch(binding.ActiveComputed(active), RowScorer.BatchSize);
        foreach (var name in binding.Scorer.RowInputs)
            _batch.Read(name);
        _passed = [.. binding.InputSchema.Select(c => active[c.Index] ? ColumnBuffer.Of(input, c, RowScorer.BatchSize) : null)];
        _texts = [.. _batch.Inputs.Select(name => (input.GetGetter<ReadOnlyMemory<char>>(binding.InputColumn(name)), _batch.Input(name)))];
        _getId = input.GetIdGetter();
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Batch => _row >= 0 ? _batches[_batch.SourceOf(_row)] : 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = IdOf(CurrentRow());

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column is not active");
        var getter = _binding.Computed(column.Index) is { } computed
            ? ColumnBuffer.GetterOver(_batch, computed, CurrentRow)
            : _passed[column.Index]!.Getter(() => _batch.SourceOf(CurrentRow()));
        return ColumnBuffer.Typed<TValue>(getter, column);
    }

    protected override bool MoveNextCore()
    {
        _row++;
        while (_row >= _batch.RowCount)
        {
            if (_inputEnded)
                return false;
            ReadAhead();
            if (_batch.Count == 0)
                return false;
            _session.Run(_batch);
            _row = 0;
        }

        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _session.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    // Rows that are made of one row need ids of their own.
    private DataViewRowId IdOf(int row)
    {
        var id = _ids[_batch.SourceOf(row)];
        return _batch.CopyOf(row) is > 0 and var copy ? id.Combine(new((ulong)copy, 0)) : id;
    }

    private int CurrentRow()
    {
        Ch.Check(IsGood, "Cannot call getter in current state");
        return _row;
    }

    private void ReadAhead()
    {
        _batch.Count = 0;
        while (_batch.Count < RowScorer.BatchSize)
        {
            if (!_input.MoveNext())
            {
                _inputEnded = true;
                return;
            }

            var slot = _batch.Count++;
            foreach (var (get, values) in _texts)
                get(ref values[slot]);
            foreach (var column in _passed)
                column?.Fetch(slot);
            _getId(ref _ids[slot]);
            _batches[slot] = _input.Batch;
        }
    }
}
