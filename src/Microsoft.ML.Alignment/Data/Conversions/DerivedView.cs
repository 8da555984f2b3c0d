using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>Rows that are made anew by every cursor, so that they may be more than memory holds.</summary>
/// <param name="columns">Its columns.</param>
/// <param name="rows">Begins a pass; nothing is read before.</param>
/// <param name="count">Tells the number of rows, where that is known without reading.</param>
internal sealed class DerivedView<TRow>(
    IReadOnlyList<DerivedColumn<TRow>> columns, Func<IEnumerable<TRow>> rows, Func<long?>? count = null)
    : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = ToSchema(columns);

    public long? GetRowCount() => count?.Invoke();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new DerivedCursor<TRow>(Schema, columns, rows().GetEnumerator(), [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema ToSchema(IReadOnlyList<DerivedColumn<TRow>> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }
}
