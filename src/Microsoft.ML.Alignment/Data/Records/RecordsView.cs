using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Records;

/// <summary>A sequence of rows as a data view; each cursor goes through the sequence once, so that it may be longer than memory.</summary>
internal sealed class RecordsView<TRow> : IDataView
{
    private readonly IEnumerable<TRow> rows;
    private readonly IReadOnlyList<RecordColumn<TRow>> columns = RecordColumns<TRow>.Find();

    /// <exception cref="ArgumentException">The row type has a property that cannot be a column.</exception>
    public RecordsView(IEnumerable<TRow> rows)
    {
        this.rows = rows;
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.IsMessages ? TextFormat.OfMessages() : null);
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => rows.TryGetNonEnumeratedCount(out var count) ? count : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RecordsView<TRow> view, HashSet<int> active) : DataViewRowCursor
    {
        private readonly IEnumerator<TRow> rows = view.rows.GetEnumerator();
        private long position = -1;
        private bool ended;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (!ended && rows.MoveNext())
            {
                position++;
                return true;
            }

            (ended, position) = (true, -1);
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
        {
            Current();
            value = new((ulong)position, 0);
        };

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw CursorErrors.NotActive(column);
            return view.columns[column.Index].Getter(Current) as ValueGetter<TValue>
                ?? throw CursorErrors.WrongType<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                ended = true;
                rows.Dispose();
            }

            base.Dispose(disposing);
        }

        private TRow Current() => position >= 0 ? rows.Current : throw CursorErrors.NotOnARow();
    }
}
