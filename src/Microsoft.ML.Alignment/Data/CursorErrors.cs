using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>What cursors say to those who misuse them.</summary>
internal static class CursorErrors
{
    public static ArgumentOutOfRangeException NotActive(DataViewSchema.Column column) =>
        new(nameof(column), column.Name, $"Column '{column.Name}' was not asked for when the cursor was made.");

    public static InvalidOperationException WrongType<TValue>(DataViewSchema.Column column) =>
        new($"Column '{column.Name}' is {column.Type}, read as {column.Type.RawType.Name}, not {typeof(TValue).Name}.");

    public static InvalidOperationException NotOnARow() => new("The cursor is not on a row; call MoveNext first.");
}
