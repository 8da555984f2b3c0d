using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>One pass over derived rows.</summary>
internal sealed class DerivedCursor<TRow>(
    DataViewSchema schema, IReadOnlyList<DerivedColumn<TRow>> columns, IEnumerator<TRow> rows, HashSet<int> active) : DataViewRowCursor
{
    private long _position = -1;
    private bool _ended;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (_ended || !rows.MoveNext())
        {
            _ended = true;
            _position = -1;
            return false;
        }

        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
    {
        Current();
        value = new((ulong)_position, 0);
    };

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw CursorErrors.NotActive(column);
        return columns[column.Index].Getter(Current) as ValueGetter<TValue> ?? throw CursorErrors.WrongType<TValue>(column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ended = true;
            rows.Dispose();
        }

        base.Dispose(disposing);
    }

    private TRow Current() => _position >= 0 ? rows.Current : throw CursorErrors.NotOnARow();
}
