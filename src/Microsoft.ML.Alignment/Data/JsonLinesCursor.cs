using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>One pass over a JSON Lines file.</summary>
internal sealed class JsonLinesCursor(string path, int maxLineLength, JsonRowShape shape, HashSet<int> active) : DataViewRowCursor
{
    private readonly IEnumerator<JsonLine> _lines = JsonLinesFile.Lines(path, maxLineLength).GetEnumerator();
    private readonly JsonCell[] _cells = new JsonCell[shape.Columns.Count];
    private long _position = -1;
    private bool _ended;

    public override DataViewSchema Schema => shape.Schema;

    public override long Position => _position;

    public override long Batch => 0;

    public override bool MoveNext()
    {
        if (_ended || !_lines.MoveNext())
        {
            _ended = true;
            _position = -1;
            return false;
        }

        _position++;
        if (active.Count > 0)
            shape.Read(_lines.Current, _cells);
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)Current(), 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw CursorErrors.NotActive(column);
        Delegate getter = Getter(column.Index);
        return getter as ValueGetter<TValue>
            ?? throw CursorErrors.WrongType<TValue>(column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ended = true;
            _lines.Dispose();
        }

        base.Dispose(disposing);
    }

    private Delegate Getter(int index) => shape.Columns[index].Type switch
    {
        TextDataViewType => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = Cell(index).Text.AsMemory()),
        BooleanDataViewType => (ValueGetter<bool>)((ref bool value) => value = Cell(index).Flag),
        var type when type == NumberDataViewType.Single => (ValueGetter<float>)((ref float value) => value = (float)Cell(index).Number),
        _ => (ValueGetter<double>)((ref double value) => value = Cell(index).Number),
    };

    private JsonCell Cell(int index)
    {
        Current();
        return _cells[index];
    }

    private long Current() => _position >= 0 ? _position : throw CursorErrors.NotOnARow();
}
