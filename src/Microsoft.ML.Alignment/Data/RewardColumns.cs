namespace Microsoft.ML.Alignment.Data;

/// <summary>The columns that all rows of a data set have.</summary>
internal sealed class RewardColumns(IReadOnlyList<string> names)
{
    private readonly Dictionary<string, int> _places = names.Select((name, at) => (name, at)).ToDictionary(pair => pair.name, pair => pair.at);

    /// <summary>Gets the names.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The place of a column; -1 if there is none.</summary>
    public int IndexOf(string name) => _places.GetValueOrDefault(name, -1);
}
