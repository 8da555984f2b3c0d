using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>One pass over a mixture.</summary>
internal sealed class MixtureCursor(DataViewSchema schema, HashSet<int> active, SetCursor[] sets, IEnumerable<int> turns)
    : DataViewRowCursor
{
    private readonly IEnumerator<int> _turns = turns.GetEnumerator();
    private long _position = -1;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (!_turns.MoveNext())
        {
            _position = -1;
            return false;
        }

        sets[_turns.Current].MoveNext();
        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        value = new((ulong)(_position >= 0 ? _position : throw CursorErrors.NotOnARow()), 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw CursorErrors.NotActive(column);
        var getters = new ValueGetter<TValue>[sets.Length];
        var cursors = new DataViewRowCursor[sets.Length];
        for (var set = 0; set < sets.Length; set++)
            Bind(set);
        return (ref TValue value) =>
        {
            if (_position < 0)
                throw CursorErrors.NotOnARow();
            var set = _turns.Current;
            if (cursors[set] != sets[set].Cursor)
                Bind(set);
            getters[set](ref value);
        };

        void Bind(int set)
        {
            cursors[set] = sets[set].Cursor;
            getters[set] = cursors[set].GetGetter<TValue>(cursors[set].Schema[column.Name]);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _position = -1;
            _turns.Dispose();
            foreach (var set in sets)
                set.Dispose();
        }

        base.Dispose(disposing);
    }
}
