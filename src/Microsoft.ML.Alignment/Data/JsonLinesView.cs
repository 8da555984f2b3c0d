using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>The rows of a JSON Lines file, read anew by every cursor; no more than a row is in memory.</summary>
internal sealed class JsonLinesView(string path, int maxLineLength, JsonRowShape shape, long rows) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => shape.Schema;

    public long? GetRowCount() => rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new JsonLinesCursor(path, maxLineLength, shape, [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
