using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Reads the different rows of a view.</summary>
internal static class DistinctRows
{
    /// <summary>The texts of each row that differs from those before it, in their order.</summary>
    /// <param name="view">The rows; read once.</param>
    /// <param name="columns">Text columns.</param>
    /// <param name="cancellation">Looked at before each row.</param>
    public static IReadOnlyList<string[]> Read(IDataView view, IReadOnlyList<string> columns, CancellationToken cancellation)
    {
        var (known, rows) = (new HashSet<UInt128>(), new List<string[]>());
        DataViewSchema.Column[] read = [.. columns.Select(name => view.Schema[name])];
        using var cursor = view.GetRowCursor(read);
        ValueGetter<ReadOnlyMemory<char>>[] getters = [.. read.Select(cursor.GetGetter<ReadOnlyMemory<char>>)];
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var texts = Array.ConvertAll(getters, Value);
            if (known.Add(RowKey.Of(texts)))
                rows.Add(texts);
        }

        return rows;
    }

    private static string Value(ValueGetter<ReadOnlyMemory<char>> get)
    {
        ReadOnlyMemory<char> value = default;
        get(ref value);
        return value.ToString();
    }
}
