using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>
/// Goes through the rows that a mixture takes of one set: whole passes, then of the last one so many rows, drawn without replacement in the
/// set's own order (selection sampling: Fan, Muller and Rezucha 1962; Knuth's algorithm S).
/// </summary>
internal sealed class SetCursor : IDisposable
{
    private readonly IDataView rows;
    private readonly long size;
    private readonly string[] names;
    private SplitMix64 random;
    private long left;
    private long read;
    private long taken;

    /// <param name="rows">The set.</param>
    /// <param name="size">Its number of rows.</param>
    /// <param name="count">Rows that the mixture takes.</param>
    /// <param name="seed">What chooses the rows.</param>
    /// <param name="names">The columns that are read.</param>
    public SetCursor(IDataView rows, long size, long count, ulong seed, string[] names)
    {
        (this.rows, this.size, this.names, left, random) = (rows, size, names, count, new(seed));
        Cursor = Open();
    }

    /// <summary>Gets the cursor of this pass; another one in the next pass.</summary>
    public DataViewRowCursor Cursor { get; private set; }

    /// <summary>Moves to the next row that is taken.</summary>
    /// <exception cref="InvalidDataException">The set has fewer rows than when it was counted.</exception>
    public void MoveNext()
    {
        if (read == size)
            BeginPass();
        var wanted = Math.Min(left, size);
        do
        {
            if (!Cursor.MoveNext())
                throw new InvalidDataException(
                    $"A set of the mixture had {size} rows when it was counted and has {read} now; mix it again.");
            read++;
        }
        while (random.Below((ulong)(size - read + 1)) >= (ulong)(wanted - taken));
        taken++;
    }

    public void Dispose() => Cursor.Dispose();

    private void BeginPass()
    {
        left -= size;
        (read, taken) = (0, 0);
        Cursor.Dispose();
        Cursor = Open();
    }

    private DataViewRowCursor Open() => rows.GetRowCursor(names.Select(name => rows.Schema[name]));
}
