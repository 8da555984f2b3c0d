using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>One pass over a mixture.</summary>
internal sealed class MixtureCursor(DataViewSchema schema, HashSet<int> active, SetCursor[] sets, IEnumerable<int> turns)
    : DataViewRowCursor
{
    private readonly IEnumerator<int> turns = turns.GetEnumerator();
    private long position = -1;

    public override DataViewSchema Schema => schema;

    public override long Position => position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (!turns.MoveNext())
        {
            position = -1;
            return false;
        }

        sets[turns.Current].MoveNext();
        position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        value = new((ulong)(position >= 0 ? position : throw CursorErrors.NotOnARow()), 0);

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
            if (position < 0)
                throw CursorErrors.NotOnARow();
            var set = turns.Current;
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
            position = -1;
            turns.Dispose();
            foreach (var set in sets)
                set.Dispose();
        }

        base.Dispose(disposing);
    }
}
