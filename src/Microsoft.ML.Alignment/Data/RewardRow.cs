using System.Globalization;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment;

/// <summary>What a reward asked for of the prompt's row: scalar columns of text, numbers and flags.</summary>
public sealed class RewardRow
{
    private readonly RewardColumns _columns;
    private readonly object[] _values;

    internal RewardRow(RewardColumns columns, object[] values) => (_columns, _values) = (columns, values);

    /// <summary>Gets a row without columns.</summary>
    public static RewardRow Empty { get; } = new(new([]), []);

    /// <summary>Gets the names of the columns.</summary>
    public IReadOnlyList<string> ColumnNames => _columns.Names;

    /// <summary>The text of a column.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is no text.</exception>
    public string Text(string column) => Value<string>(column, "text");

    /// <summary>The number of a column (Single, Double or Int32).</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is no number.</exception>
    public double Number(string column) => Value<double>(column, "a number");

    /// <summary>The flag of a column.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is not Boolean.</exception>
    public bool Flag(string column) => Value<bool>(column, "Boolean");

    /// <summary>Gets the columns and their values as text that says all of them.</summary>
    internal string Content =>
        string.Join('\0', ColumnNames.Zip(_values, (name, value) => string.Create(CultureInfo.InvariantCulture, $"{name}\0{value}")));

    private string Described() =>
        ColumnNames.Count == 0 ? "no columns" : "columns " + string.Join(", ", ColumnNames.Select(name => $"'{name}'"));

    private T Value<T>(string column, string kind)
    {
        var index = _columns.IndexOf(column);
        if (index < 0)
            throw new ArgumentException(
                $"A reward read column '{column}', and was made with {Described()}; name all columns that it reads where it is made.",
                nameof(column));
        return _values[index] is T value
            ? value
            : throw new ArgumentException($"A reward read column '{column}' as {kind}; it holds {_values[index]} ({_values[index].GetType().Name}).",
                nameof(column));
    }
}
