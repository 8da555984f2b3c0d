using Microsoft.ML.Alignment.Data.Confounds;

namespace Microsoft.ML.Alignment.Data.Summaries;

/// <summary>
/// Collects the summary of rows while they are read. In memory are a histogram of lengths, eight bytes of hash a row, and the features that
/// distinguish pairs often.
/// </summary>
internal sealed class DataSummaryCollector
{
    private readonly SortedDictionary<int, long> _promptTokens = [];
    private readonly SortedDictionary<int, long> _completionTokens = [];
    private readonly SortedDictionary<int, long> _sequenceTokens = [];
    private readonly HashSet<ulong> _seen = [];
    private readonly FeatureTally _features = new();
    private readonly Dictionary<int, string> _tokenTexts = [];
    private readonly Func<string, string>[] _readers;
    private readonly Func<int, string>? _tokenText;
    private long _used;
    private long _duplicates;
    private long _conflicts;

    /// <param name="schema">The schema of the view.</param>
    /// <param name="columns">The columns that examples are made of; two completions are chosen and rejected.</param>
    /// <param name="tokenText">Gives the text of a token; null to look at texts only.</param>
    public DataSummaryCollector(DataViewSchema schema, ExampleColumns columns, Func<int, string>? tokenText)
    {
        _readers = [.. columns.Completions.Select(column => CompletionText.Reader(schema, column))];
        _tokenText = tokenText;
    }

    /// <summary>Takes note of a row that is used.</summary>
    /// <param name="example">The row as ids, its prompt cut.</param>
    /// <param name="promptLength">Tokens of the prompt before it was cut.</param>
    /// <param name="row">The cursor on the row.</param>
    public void Add(TokenizedExample example, int promptLength, ExampleRows row)
    {
        _used++;
        Count(_promptTokens, promptLength);
        foreach (var completion in example.Completions)
        {
            Count(_completionTokens, completion.Length);
            Count(_sequenceTokens, promptLength + completion.Length);
        }

        int[] values = [.. example.Values.Select(BitConverter.SingleToInt32Bits)];
        if (!_seen.Add(TextHash.Of([example.Prompt, .. example.Completions, values])))
            _duplicates++;
        else if (example.Completions is [var chosen, var rejected])
            AddPair(example, values, (chosen, rejected), row);
    }

    /// <summary>The summary of all rows so far.</summary>
    /// <param name="rows">Rows that were read.</param>
    /// <param name="maxLength">Most tokens of prompt and completion.</param>
    /// <param name="truncated">Rows whose prompt was cut.</param>
    /// <param name="skipped">Rows that were left out, by reason.</param>
    public DataSummary ToSummary(long rows, int maxLength, long truncated, IReadOnlyDictionary<string, long> skipped) => new()
    {
        Rows = rows,
        Used = _used,
        Skipped = skipped,
        MaxLength = maxLength,
        Truncated = truncated,
        PromptTokens = LengthQuantiles.Of(_promptTokens),
        CompletionTokens = _completionTokens.Count > 0 ? LengthQuantiles.Of(_completionTokens) : null,
        SequenceTokens = _sequenceTokens.Count > 0 ? LengthQuantiles.Of(_sequenceTokens) : null,
        Duplicates = _duplicates,
        Conflicts = _conflicts,
        Confounds = _readers.Length == 2 ? ConfoundCheck.Find(_features, new()) : [],
    };

    private void AddPair(TokenizedExample example, int[] values, (int[] Chosen, int[] Rejected) pair, ExampleRows row)
    {
        if (_seen.Contains(TextHash.Of([example.Prompt, pair.Rejected, pair.Chosen, values])))
            _conflicts++;
        _features.Add(
            new CompletionFeatures(_readers[0](row.Completion(0)), Texts(pair.Chosen)),
            new CompletionFeatures(_readers[1](row.Completion(1)), Texts(pair.Rejected)));
    }

    private IEnumerable<string> Texts(int[] ids)
    {
        if (_tokenText is null)
            yield break;
        foreach (var id in ids)
        {
            if (!_tokenTexts.TryGetValue(id, out var text))
                _tokenTexts.Add(id, text = _tokenText(id));
            yield return text;
        }
    }

    private static void Count(SortedDictionary<int, long> histogram, int length) =>
        histogram[length] = histogram.GetValueOrDefault(length) + 1;
}
