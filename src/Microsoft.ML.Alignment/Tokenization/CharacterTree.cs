namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Texts in a tree of their characters, each with a value. Nodes are numbers, the root is 0; the edges lie in one table.</summary>
/// <param name="none">The value of a node at which no text ends.</param>
internal sealed class CharacterTree<T>(T none)
{
    private readonly Dictionary<long, int> _next = [];
    private readonly List<T> _values = [none];

    /// <summary>Gets or sets the value of the text that ends at a node.</summary>
    public T this[int node]
    {
        get => _values[node];
        set => _values[node] = value;
    }

    /// <summary>Goes from a node along a character; false where no text goes on with it.</summary>
    public bool TryStep(ref int node, char character) => _next.TryGetValue(Edge(node, character), out node);

    /// <summary>The node at which a text ends, made if it is not there.</summary>
    public int Insert(string text)
    {
        var node = 0;
        foreach (var character in text)
        {
            if (!_next.TryGetValue(Edge(node, character), out var next))
            {
                next = _values.Count;
                _values.Add(none);
                _next.Add(Edge(node, character), next);
            }

            node = next;
        }

        return node;
    }

    private static long Edge(int node, char character) => ((long)node << 16) | character;
}
