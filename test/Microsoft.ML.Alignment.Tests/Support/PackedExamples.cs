using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Packs a prompt with its completions by hand, so that tests of a model need no collator.</summary>
internal static class PackedExamples
{
    /// <summary>The completions share the prompt's rows.</summary>
    public static (PackedRows Rows, PackedTargets Targets) Of(int[] prompt, params int[][] completions) => Of(0, prompt, completions);

    /// <summary>The first tokens of the prompt stand in the shared prefix.</summary>
    public static (PackedRows Rows, PackedTargets Targets) Of(int prefixLength, int[] prompt, params int[][] completions)
    {
        long[] ids = [.. prompt.Concat(completions.SelectMany(c => c)).Select(id => (long)id)];
        long[] positions = [.. Enumerable.Range(0, prompt.Length).Concat(completions.SelectMany(c => Enumerable.Range(prompt.Length, c.Length))).Select(p => (long)p)];
        var group = new RowGroup(prefixLength, prompt.Length - prefixLength, [.. completions.Select(c => c.Length)]);
        var rows = new List<long>();
        var ends = new List<long>();
        var start = prompt.Length;
        foreach (var completion in completions)
        {
            rows.AddRange(Enumerable.Range(start - 1, completion.Length).Select(row => row == start - 1 ? prompt.Length - 1L : row));
            start += completion.Length;
            ends.Add(start - 1);
        }

        return (
            new(ids, positions, prefixLength, [group]),
            new([.. rows], [.. ids.Skip(prompt.Length)], [.. completions.SelectMany((c, s) => Enumerable.Repeat((long)s, c.Length))],
                [.. completions.Select(c => c.Length)], [.. ends]));
    }
}
