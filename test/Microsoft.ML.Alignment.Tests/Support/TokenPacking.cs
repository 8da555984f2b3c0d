using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Packs examples the plainest way.</summary>
internal static class TokenPacking
{
    public static TokenBatch Pack(IReadOnlyList<TokenizedExample> examples)
    {
        List<long> ids = [], positions = [];
        List<RowGroup> groups = [];
        var sequences = new List<(int Completion, int Example, long[] Rows, long[] Labels, long End)>();
        for (var e = 0; e < examples.Count; e++)
        {
            var (prompt, completions) = (examples[e].Prompt, examples[e].Completions);
            var start = ids.Count;
            groups.Add(new(start, prompt.Length, [.. completions.Select(c => c.Length)]));
            ids.AddRange(prompt.Select(id => (long)id));
            positions.AddRange(Enumerable.Range(0, prompt.Length).Select(p => (long)p));
            for (var c = 0; c < completions.Length; c++)
            {
                long[] rows = [.. Enumerable.Range(0, completions[c].Length).Select(i => i == 0 ? start + prompt.Length - 1L : ids.Count + i - 1L)];
                sequences.Add((c, e, rows, [.. completions[c].Select(id => (long)id)], ids.Count + completions[c].Length - 1));
                ids.AddRange(completions[c].Select(id => (long)id));
                positions.AddRange(Enumerable.Range(prompt.Length, completions[c].Length).Select(p => (long)p));
            }
        }

        var ordered = sequences.OrderBy(s => s.Completion).ThenBy(s => s.Example).ToArray();
        var targets = new PackedTargets(
            [.. ordered.SelectMany(s => s.Rows)], [.. ordered.SelectMany(s => s.Labels)],
            [.. ordered.SelectMany((s, index) => s.Labels.Select(_ => (long)index))], [.. ordered.Select(s => s.Labels.Length)],
            [.. ordered.Select(s => s.End)]);
        return new(new PackedRows([.. ids], [.. positions], 0, groups), targets, [.. examples.Select(e => e.Values)])
        {
            TokenCount = examples.Sum(e => e.Completions.Sum(c => e.Prompt.Length + c.Length)),
        };
    }
}
