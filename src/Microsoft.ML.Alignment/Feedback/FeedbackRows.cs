using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>
/// What a stage made of the rows that it was fitted on, by their content. It is filled once and then read by any number of threads.
/// </summary>
internal sealed class FeedbackRows
{
    private readonly Dictionary<UInt128, IReadOnlyList<object?[]>> _rows = [];

    /// <summary>Gets how many different rows are known.</summary>
    public int Count => _rows.Count;

    /// <summary>Keeps what comes of a row.</summary>
    /// <param name="texts">The row's key columns.</param>
    /// <param name="made">
    /// The rows that it becomes, none where it is left out: a value an output column, null where it has the row's own, or none.
    /// </param>
    public void Add(IReadOnlyList<string> texts, params IReadOnlyList<object?[]> made) => _rows[RowKey.Of(texts)] = made;

    /// <summary>Looks a row up.</summary>
    /// <returns>Whether the stage was fitted on it.</returns>
    public bool TryFind(IReadOnlyList<string> texts, [NotNullWhen(true)] out IReadOnlyList<object?[]>? made) =>
        _rows.TryGetValue(RowKey.Of(texts), out made);
}
