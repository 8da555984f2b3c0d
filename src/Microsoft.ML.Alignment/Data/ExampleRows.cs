using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>A cursor over just the columns that examples are made of.</summary>
internal sealed class ExampleRows : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly ValueGetter<ReadOnlyMemory<char>>[] _texts;
    private readonly Func<float>[] _values;
    private readonly RowSnapshots _kept;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public ExampleRows(IDataView view, ExampleColumns columns)
    {
        var (textColumns, valueColumns) = Find(view.Schema, columns);
        DataViewSchema.Column[] kept = [.. columns.Kept.Select(name => Find(view.Schema, name, RowSnapshots.CanCopy, RowSnapshots.Allowed))];
        _cursor = view.GetRowCursor([.. textColumns, .. valueColumns, .. kept]);
        _kept = new(_cursor, kept);
        _texts = [.. textColumns.Select(_cursor.GetGetter<ReadOnlyMemory<char>>)];
        _values = [.. valueColumns.Select(NumberGetter)];
    }

    /// <summary>Refuses a view that lacks the columns, without reading it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public static void Check(DataViewSchema schema, ExampleColumns columns) => Find(schema, columns);

    /// <summary>Gets the number of the current row, from 1; behind the last row, the number of rows.</summary>
    public long Number { get; private set; }

    public bool MoveNext()
    {
        if (!_cursor.MoveNext())
            return false;
        Number++;
        return true;
    }

    /// <summary>The prompt of the current row.</summary>
    public string Prompt() => Text(0);

    /// <summary>A completion of the current row.</summary>
    public string Completion(int index) => Text(index + 1);

    /// <summary>A number of the current row.</summary>
    public float Value(int index) => _values[index]();

    /// <summary>A copy of what the further columns of the current row hold.</summary>
    public RewardRow Kept() => _kept.Take();

    public void Dispose() => _cursor.Dispose();

    private string Text(int index)
    {
        ReadOnlyMemory<char> text = default;
        _texts[index](ref text);
        return text.ToString();
    }

    private static (DataViewSchema.Column[] Texts, DataViewSchema.Column[] Values) Find(DataViewSchema schema, ExampleColumns columns)
    {
        string[] texts = [columns.Prompt, .. columns.Completions];
        return ([.. texts.Select(name => Find(schema, name, IsText, "text"))],
            [.. columns.Values.Select(name => Find(schema, name, IsNumber, "Single, Double, Int32 or Boolean"))]);
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, Func<DataViewType, bool> allowed, string expected)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentOutOfRangeException(nameof(schema), name,
                $"Column '{name}' is missing; the data has {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. "
                + "Rename a column or name it in the options.");
        if (!allowed(column.Type))
            throw new ArgumentOutOfRangeException(nameof(schema), name,
                $"Schema mismatch for column '{name}': expected {expected}, found {column.Type}.");
        return column;
    }

    private static bool IsText(DataViewType type) => type is TextDataViewType;

    private static bool IsNumber(DataViewType type) =>
        type == NumberDataViewType.Single || type == NumberDataViewType.Double || type == NumberDataViewType.Int32 || type is BooleanDataViewType;

    private Func<float> NumberGetter(DataViewSchema.Column column) => column.Type switch
    {
        BooleanDataViewType => Converted<bool>(column, flag => flag ? 1 : 0),
        _ when column.Type == NumberDataViewType.Double => Converted<double>(column, number => (float)number),
        _ when column.Type == NumberDataViewType.Int32 => Converted<int>(column, number => number),
        _ => Converted<float>(column, number => number),
    };

    private Func<float> Converted<T>(DataViewSchema.Column column, Func<T, float> convert)
        where T : struct
    {
        var getter = _cursor.GetGetter<T>(column);
        return () =>
        {
            T value = default;
            getter(ref value);
            return convert(value);
        };
    }
}
