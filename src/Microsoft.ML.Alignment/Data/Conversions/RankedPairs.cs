using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>Makes pairs of lists of completions, best first.</summary>
internal static class RankedPairs
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public static void Check(DataViewSchema schema, string prompt, string completions)
    {
        ExampleRows.Check(schema, new(prompt, [], []));
        var type = schema.GetColumnOrNull(completions)?.Type;
        if (type is not VectorDataViewType { ItemType: TextDataViewType })
            throw new ArgumentOutOfRangeException(nameof(schema), completions,
                $"Column '{completions}' is {type?.ToString() ?? "missing"}; a vector of text is needed, the best completion first.");
    }

    /// <summary>The pairs of each list: of its first and last, or of every two. Completions of equal text make none.</summary>
    public static IEnumerable<PairRow> Read(IDataView view, (string Prompt, string Completions) columns, CompletionPairing pairing)
    {
        var (promptColumn, listColumn) = (view.Schema[columns.Prompt], view.Schema[columns.Completions]);
        using var cursor = view.GetRowCursor([promptColumn, listColumn]);
        var getPrompt = cursor.GetGetter<ReadOnlyMemory<char>>(promptColumn);
        var getList = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(listColumn);
        ReadOnlyMemory<char> prompt = default;
        VBuffer<ReadOnlyMemory<char>> list = default;
        while (cursor.MoveNext())
        {
            getPrompt(ref prompt);
            getList(ref list);
            var text = prompt.ToString();
            foreach (var (better, worse) in Pairs([.. list.DenseValues().Select(completion => completion.ToString())], pairing))
                yield return new(text, better, worse, 0);
        }
    }

    private static IEnumerable<(string Better, string Worse)> Pairs(string[] ranked, CompletionPairing pairing)
    {
        var pairs = pairing == CompletionPairing.All
            ? ranked.SelectMany((better, rank) => ranked.Skip(rank + 1).Select(worse => (better, worse)))
            : ranked.Length > 1 ? [(ranked[0], ranked[^1])] : [];
        return pairs.Where(pair => pair.Item1 != pair.Item2);
    }
}
