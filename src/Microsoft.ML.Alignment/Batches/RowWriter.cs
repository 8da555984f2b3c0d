using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Collects the rows of a micro-batch and, for every completion token, the row that predicts it.</summary>
internal sealed class RowWriter(bool endRows)
{
    private readonly List<long> _ids = [];
    private readonly List<long> _positions = [];
    private readonly List<RowGroup> _groups = [];
    private readonly List<Completion[]> _completions = [];
    private int _prefixLength;

    /// <summary>Adds the rows that every example starts with; before any example.</summary>
    public void AddPrefix(ReadOnlySpan<int> prefix)
    {
        _prefixLength = prefix.Length;
        Add(prefix, 0);
    }

    /// <summary>
    /// Adds the rest of an example's prompt, the beginning that all its completions share, and the rest of each of these.
    /// </summary>
    public void AddExample(TokenizedExample example)
    {
        var start = _ids.Count;
        Add(example.Prompt.AsSpan(_prefixLength), _prefixLength);
        var lastPromptRow = _ids.Count - 1;
        var shared = SharedBeginning(example.Completions);
        if (shared > 0)
            Add(example.Completions[0].AsSpan(0, shared), example.Prompt.Length);
        var seenByAll = _ids.Count - start;
        var added = new Completion[example.Completions.Length];
        for (var c = 0; c < added.Length; c++)
        {
            var tokens = example.Completions[c];
            added[c] = new(tokens, example.Untrained, lastPromptRow, shared, _ids.Count);
            Add(tokens.AsSpan(shared, RowCount(tokens) - shared), example.Prompt.Length + shared);
        }

        _completions.Add(added);
        _groups.Add(new(start, seenByAll, [.. example.Completions.Select(tokens => RowCount(tokens) - shared)]));
    }

    public PackedRows ToRows() => new([.. _ids], [.. _positions], _prefixLength, _groups);

    /// <summary>The completion tokens: completion 0 of every example, then completion 1 of every example, and so on.</summary>
    public PackedTargets ToTargets()
    {
        var width = _completions.Count == 0 ? 0 : _completions[0].Length;
        Completion[] sequences = [.. Enumerable.Range(0, width).SelectMany(c => _completions.Select(of => of[c]))];
        return new(
            [.. sequences.SelectMany(s => s.PredictingRows())],
            [.. sequences.SelectMany(s => s.Trained().Select(t => (long)s.Tokens[t]))],
            [.. sequences.SelectMany((s, index) => Enumerable.Repeat((long)index, s.TrainedCount))],
            [.. sequences.Select(s => s.TrainedCount)],
            endRows ? [.. sequences.Select(s => s.EndRow)] : []);
    }

    // Each keeps its last token, so that its end has a row of its own.
    private static int SharedBeginning(int[][] completions)
    {
        if (completions.Length < 2)
            return 0;
        ReadOnlySpan<int> first = completions[0];
        var length = completions.Min(tokens => tokens.Length) - 1;
        foreach (var tokens in completions)
            length = first[..length].CommonPrefixLength(tokens);
        return length;
    }

    private int RowCount(int[] completion) => endRows ? completion.Length : completion.Length - 1;

    private void Add(ReadOnlySpan<int> tokens, int position)
    {
        foreach (var id in tokens)
        {
            _ids.Add(id);
            _positions.Add(position++);
        }
    }

    /// <param name="Tokens">The completion's ids.</param>
    /// <param name="Untrained">Between which places tokens are no targets.</param>
    /// <param name="LastPromptRow">The row that predicts its first token; those of the shared tokens follow it.</param>
    /// <param name="Shared">Tokens that it shares with the example's other completions.</param>
    /// <param name="Start">The row of the first token behind these.</param>
    private readonly record struct Completion(int[] Tokens, int[] Untrained, int LastPromptRow, int Shared, int Start)
    {
        public long EndRow => (long)Start + Tokens.Length - Shared - 1;

        public int TrainedCount => Trained().Count();

        public IEnumerable<int> Trained()
        {
            var next = 0;
            for (var t = 0; t < Tokens.Length; t++)
            {
                while (next < Untrained.Length && t >= Untrained[next + 1])
                    next += 2;
                if (next == Untrained.Length || t < Untrained[next])
                    yield return t;
            }
        }

        public IEnumerable<long> PredictingRows()
        {
            var (_, _, lastPromptRow, shared, start) = this;
            return Trained().Select(t => t <= shared ? (long)lastPromptRow + t : start + t - shared - 1);
        }
    }
}
