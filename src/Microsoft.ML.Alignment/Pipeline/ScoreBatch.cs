namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Rows that are scored together: the texts that are needed and room for the values that are asked for.</summary>
internal sealed class ScoreBatch
{
    private readonly Dictionary<string, ReadOnlyMemory<char>[]> _inputs = [];
    private readonly Dictionary<string, Array> _outputs = [];
    private readonly int _capacity;

    /// <param name="wanted">The columns to compute.</param>
    /// <param name="capacity">The most rows.</param>
    public ScoreBatch(IEnumerable<ScoreColumn> wanted, int capacity)
    {
        _capacity = capacity;
        foreach (var column in wanted)
            Add(column);
    }

    /// <summary>Gets or sets the number of rows filled in.</summary>
    public int Count { get; set; }

    /// <summary>Gets the names of the input columns that are read.</summary>
    public IReadOnlyCollection<string> Inputs => _inputs.Keys;

    /// <summary>Asks for one more column.</summary>
    public void Add(ScoreColumn column)
    {
        _outputs.TryAdd(column.Name, Array.CreateInstance(column.Type.RawType, _capacity));
        foreach (var input in column.Inputs)
            _inputs.TryAdd(input, new ReadOnlyMemory<char>[_capacity]);
    }

    /// <summary>Whether a column is asked for.</summary>
    public bool Wants(string output) => _outputs.ContainsKey(output);

    /// <summary>The values of an input column, of which the first <see cref="Count"/> count.</summary>
    public ReadOnlyMemory<char>[] Input(string name) => _inputs[name];

    /// <summary>The text of a row.</summary>
    public string Text(string input, int row) => _inputs[input][row].ToString();

    /// <summary>The array that holds a column's values.</summary>
    public Array Values(string output) => _outputs[output];

    /// <summary>Stores a column that is asked for.</summary>
    public void Set<T>(string output, IReadOnlyList<T> values)
    {
        var destination = (T[])_outputs[output];
        for (var row = 0; row < Count; row++)
            destination[row] = values[row];
    }

    /// <summary>Stores one value for all rows.</summary>
    public void Fill<T>(string output, T value) => Array.Fill((T[])_outputs[output], value);
}
