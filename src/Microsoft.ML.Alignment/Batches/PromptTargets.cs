using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Makes targets of prompts, for losses that are over them too.</summary>
internal static class PromptTargets
{
    /// <summary>
    /// The completions of a micro-batch, and behind them one sequence an example: its prompt without the first token, which nothing
    /// predicts. A row of a beginning that examples share stands for each of them.
    /// </summary>
    /// <returns>C·B + B sequences, no end rows.</returns>
    public static PackedTargets Append(TokenBatch batch)
    {
        var (rows, targets) = (batch.Rows, batch.Targets);
        int[][] prompts = [.. rows.Groups.Zip(batch.Examples, (group, example) => RowsOf(rows, group, example.Prompt.Length))];
        var first = targets.SequenceCount;
        return new(
            [.. targets.Rows, .. prompts.SelectMany(prompt => prompt[..^1].Select(row => (long)row))],
            [.. targets.Labels, .. prompts.SelectMany(prompt => prompt[1..].Select(row => rows.Ids[row]))],
            [.. targets.Sequences, .. prompts.SelectMany((prompt, b) => Enumerable.Repeat((long)first + b, prompt.Length - 1))],
            [.. targets.TokenCounts, .. prompts.Select(prompt => prompt.Length - 1)],
            []);
    }

    private static int[] RowsOf(PackedRows rows, RowGroup group, int length) =>
        [.. Enumerable.Range(0, rows.PrefixLength), .. Enumerable.Range(group.Start, length - rows.PrefixLength)];
}
