using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Collects the rows of a micro-batch and, for every completion token, the row that predicts it.</summary>
internal sealed class RowWriter(bool endRows)
{
    private readonly List<long> ids = [];
    private readonly List<long> positions = [];
    private readonly List<RowGroup> groups = [];
    private readonly List<Completion[]> completions = [];
    private int prefixLength;

    /// <summary>Adds the rows that every example starts with; before any example.</summary>
    public void AddPrefix(ReadOnlySpan<int> prefix)
    {
        prefixLength = prefix.Length;
        Add(prefix, 0);
    }

    /// <summary>Adds the rest of an example's prompt and its completions.</summary>
    public void AddExample(TokenizedExample example)
    {
        var start = ids.Count;
        Add(example.Prompt.AsSpan(prefixLength), prefixLength);
        var lastPromptRow = ids.Count - 1;
        var added = new Completion[example.Completions.Length];
        for (var c = 0; c < added.Length; c++)
        {
            var tokens = example.Completions[c];
            added[c] = new(tokens, lastPromptRow, ids.Count);
            Add(tokens.AsSpan(0, RowCount(tokens)), example.Prompt.Length);
        }

        completions.Add(added);
        groups.Add(new(start, example.Prompt.Length - prefixLength, [.. example.Completions.Select(RowCount)]));
    }

    public PackedRows ToRows() => new([.. ids], [.. positions], prefixLength, groups);

    /// <summary>The completion tokens: completion 0 of every example, then completion 1 of every example, and so on.</summary>
    public PackedTargets ToTargets()
    {
        var width = completions.Count == 0 ? 0 : completions[0].Length;
        Completion[] sequences = [.. Enumerable.Range(0, width).SelectMany(c => completions.Select(of => of[c]))];
        return new(
            [.. sequences.SelectMany(s => s.PredictingRows())],
            [.. sequences.SelectMany(s => s.Tokens.Select(id => (long)id))],
            [.. sequences.SelectMany((s, index) => Enumerable.Repeat((long)index, s.Tokens.Length))],
            [.. sequences.Select(s => s.Tokens.Length)],
            endRows ? [.. sequences.Select(s => (long)s.Start + s.Tokens.Length - 1)] : []);
    }

    private int RowCount(int[] completion) => endRows ? completion.Length : completion.Length - 1;

    private void Add(ReadOnlySpan<int> tokens, int position)
    {
        foreach (var id in tokens)
        {
            ids.Add(id);
            positions.Add(position++);
        }
    }

    /// <param name="Tokens">The completion's ids.</param>
    /// <param name="LastPromptRow">The row that predicts its first token.</param>
    /// <param name="Start">The row of its first token.</param>
    private readonly record struct Completion(int[] Tokens, int LastPromptRow, int Start)
    {
        public IEnumerable<long> PredictingRows()
        {
            var (first, start) = (LastPromptRow, Start);
            return Enumerable.Range(0, Tokens.Length).Select(t => t == 0 ? first : (long)start + t - 1);
        }
    }
}
