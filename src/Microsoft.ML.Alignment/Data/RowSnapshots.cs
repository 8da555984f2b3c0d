using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Copies what rows under a cursor hold in scalar columns of text, numbers and flags.</summary>
internal sealed class RowSnapshots
{
    /// <summary>What such columns are, for messages.</summary>
    public const string Allowed = "text, Single, Double, Int32 or Boolean";

    private readonly Func<object>[] _read;
    private readonly RewardColumns _columns;

    /// <param name="cursor">A cursor over at least these columns.</param>
    /// <param name="columns">Columns for which <see cref="CanCopy"/>.</param>
    public RowSnapshots(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        _columns = new([.. columns.Select(column => column.Name)]);
        _read = [.. columns.Select(column => Reader(column.Type)!(cursor, column))];
    }

    /// <summary>Whether values of this type can be copied.</summary>
    public static bool CanCopy(DataViewType type) => Reader(type) is not null;

    /// <summary>Copies the current row.</summary>
    public RewardRow Take() => new(_columns, Array.ConvertAll(_read, read => read()));

    private static Func<DataViewRowCursor, DataViewSchema.Column, Func<object>>? Reader(DataViewType type) => type switch
    {
        TextDataViewType => (cursor, column) => Read<ReadOnlyMemory<char>>(cursor, column, text => text.ToString()),
        BooleanDataViewType => (cursor, column) => Read<bool>(cursor, column, flag => flag),
        _ when type == NumberDataViewType.Single => (cursor, column) => Read<float>(cursor, column, number => (double)number),
        _ when type == NumberDataViewType.Double => (cursor, column) => Read<double>(cursor, column, number => number),
        _ when type == NumberDataViewType.Int32 => (cursor, column) => Read<int>(cursor, column, number => (double)number),
        _ => null,
    };

    private static Func<object> Read<T>(DataViewRowCursor cursor, DataViewSchema.Column column, Func<T, object> copy)
        where T : struct
    {
        var getter = cursor.GetGetter<T>(column);
        return () =>
        {
            T value = default;
            getter(ref value);
            return copy(value);
        };
    }
}
