namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Rows that are scored together: the texts that are needed and room for the values that are asked for.</summary>
internal sealed class ScoreBatch
{
    private readonly Dictionary<string, ReadOnlyMemory<char>[]> _inputs = [];
    private readonly Dictionary<string, Array> _outputs = [];
    private readonly int _capacity;
    private int[]? _sources;

    /// <param name="wanted">The columns to compute.</param>
    /// <param name="capacity">The most rows.</param>
    public ScoreBatch(IEnumerable<ScoreColumn> wanted, int capacity)
    {
        _capacity = capacity;
        foreach (var column in wanted)
            Add(column);
    }

    /// <summary>Gets or sets the number of rows filled in. Each gives one row until <see cref="Give"/> says otherwise.</summary>
    public int Count
    {
        get;
        set => (field, _sources) = (value, null);
    }

    /// <summary>Gets the number of rows that come out.</summary>
    public int RowCount => _sources?.Length ?? Count;

    /// <summary>Gets the names of the input columns that are read.</summary>
    public IReadOnlyCollection<string> Inputs => _inputs.Keys;

    /// <summary>Asks for one more column.</summary>
    public void Add(ScoreColumn column)
    {
        _outputs.TryAdd(column.Name, Array.CreateInstance(column.Type.RawType, _capacity));
        foreach (var input in column.Inputs)
            Read(input);
    }

    /// <summary>Reads one more input column.</summary>
    public void Read(string input) => _inputs.TryAdd(input, new ReadOnlyMemory<char>[_capacity]);

    /// <summary>Says which rows come out, before their values are set.</summary>
    /// <param name="sources">Of each row that comes out the row that it is made of; equal ones follow one another.</param>
    public void Give(int[] sources)
    {
        _sources = sources;
        foreach (var (name, values) in _outputs.Where(output => output.Value.Length < sources.Length).ToArray())
            _outputs[name] = Array.CreateInstance(values.GetType().GetElementType()!, sources.Length);
    }

    /// <summary>The row that a row which comes out is made of.</summary>
    public int SourceOf(int row) => _sources is null ? row : _sources[row];

    /// <summary>How many rows before this one are made of the same row.</summary>
    public int CopyOf(int row)
    {
        var copy = 0;
        while (copy < row && SourceOf(row - copy - 1) == SourceOf(row))
            copy++;
        return copy;
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
        for (var row = 0; row < RowCount; row++)
            destination[row] = values[row];
    }

    /// <summary>Stores one value for all rows.</summary>
    public void Fill<T>(string output, T value) => Array.Fill((T[])_outputs[output], value);
}
