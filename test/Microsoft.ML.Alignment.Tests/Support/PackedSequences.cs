using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Rows of whole sequences that share nothing.</summary>
internal static class PackedSequences
{
    public static PackedRows Of(IReadOnlyList<int[]> sequences)
    {
        var groups = new List<RowGroup>();
        var start = 0;
        foreach (var sequence in sequences)
        {
            groups.Add(new(start, sequence.Length, []));
            start += sequence.Length;
        }

        return new(
            [.. sequences.SelectMany(s => s.Select(id => (long)id))],
            [.. sequences.SelectMany(s => Enumerable.Range(0, s.Length).Select(p => (long)p))], 0, groups);
    }
}
