using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>The prompts of a batch as packed rows: what all start with is there once, and so is each of several equal prompts.</summary>
internal sealed class PromptRows
{
    private readonly int _prefixLength;
    private readonly int[] _startOfPrompt;
    private readonly int[][] _prompts;

    /// <param name="prompts">Token ids of each prompt of the batch, none empty.</param>
    public PromptRows(int[][] prompts)
    {
        _prompts = prompts;
        var distinct = prompts.Distinct(SequenceComparer.Instance).ToArray();
        _prefixLength = SharedPrefix(distinct);
        var groups = new List<RowGroup>();
        var startOf = new Dictionary<int[], int>(SequenceComparer.Instance);
        var start = _prefixLength;
        foreach (var prompt in distinct)
        {
            startOf[prompt] = start;
            groups.Add(new(start, prompt.Length - _prefixLength, []));
            start += prompt.Length - _prefixLength;
        }

        _startOfPrompt = [.. prompts.Select(prompt => startOf[prompt])];
        Rows = new(
            [.. distinct[0].Take(_prefixLength).Concat(distinct.SelectMany(p => p.Skip(_prefixLength))).Select(id => (long)id)],
            [
                .. Enumerable.Range(0, _prefixLength)
                    .Concat(distinct.SelectMany(p => Enumerable.Range(_prefixLength, p.Length - _prefixLength))).Select(p => (long)p),
            ],
            _prefixLength, groups);
    }

    /// <summary>Gets the rows.</summary>
    public PackedRows Rows { get; }

    /// <summary>The row of each prompt's last token.</summary>
    public long[] LastRows => [.. _prompts.Select((prompt, index) => RowOf(index, prompt.Length - 1))];

    /// <summary>
    /// The row that stands in each column of a cache as wide as the longest prompt, aligned right; left of a prompt any row.
    /// </summary>
    /// <returns>Shape <c>[B · columns]</c>.</returns>
    public long[] Columns(int columns) =>
    [
        .. _prompts.SelectMany((prompt, index) => Enumerable.Range(prompt.Length - columns, columns).Select(at => RowOf(index, Math.Max(0, at)))),
    ];

    private long RowOf(int prompt, int position) =>
        position < _prefixLength ? position : _startOfPrompt[prompt] + position - _prefixLength;

    // Every prompt keeps a row of its own, whose hidden state predicts what follows.
    private static int SharedPrefix(int[][] distinct)
    {
        if (distinct.Length == 1)
            return 0;
        var longest = distinct.Min(prompt => prompt.Length) - 1;
        return distinct.Skip(1).Min(prompt => Math.Min(longest, prompt.AsSpan().CommonPrefixLength(distinct[0])));
    }
}
