using Microsoft.ML.Alignment.Statistics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>
/// Goes through the rows that a mixture takes of one set: whole passes, then of the last one so many rows, drawn without replacement in the
/// set's own order (selection sampling: Fan, Muller and Rezucha 1962; Knuth's algorithm S).
/// </summary>
internal sealed class SetCursor : IDisposable
{
    private readonly IDataView _rows;
    private readonly long _size;
    private readonly string[] _names;
    private SplitMix64 _random;
    private long _left;
    private long _read;
    private long _taken;

    /// <param name="rows">The set.</param>
    /// <param name="size">Its number of rows.</param>
    /// <param name="count">Rows that the mixture takes.</param>
    /// <param name="seed">What chooses the rows.</param>
    /// <param name="names">The columns that are read.</param>
    public SetCursor(IDataView rows, long size, long count, ulong seed, string[] names)
    {
        (_rows, _size, _names, _left, _random) = (rows, size, names, count, new(seed));
        Cursor = Open();
    }

    /// <summary>Gets the cursor of this pass; another one in the next pass.</summary>
    public DataViewRowCursor Cursor { get; private set; }

    /// <summary>Moves to the next row that is taken.</summary>
    /// <exception cref="InvalidDataException">The set has fewer rows than when it was counted.</exception>
    public void MoveNext()
    {
        if (_read == _size)
            BeginPass();
        var wanted = Math.Min(_left, _size);
        do
        {
            if (!Cursor.MoveNext())
                throw new InvalidDataException(
                    $"A set of the mixture had {_size} rows when it was counted and has {_read} now; mix it again.");
            _read++;
        }
        while (_random.Below((ulong)(_size - _read + 1)) >= (ulong)(wanted - _taken));
        _taken++;
    }

    public void Dispose() => Cursor.Dispose();

    private void BeginPass()
    {
        _left -= _size;
        (_read, _taken) = (0, 0);
        Cursor.Dispose();
        Cursor = Open();
    }

    private DataViewRowCursor Open() => _rows.GetRowCursor(_names.Select(name => _rows.Schema[name]));
}
