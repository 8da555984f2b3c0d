using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>What becomes of KTO's divergence where all rows have one prompt.</summary>
internal static class OnePrompt
{
    /// <summary>A line for the log, where there is one prompt only.</summary>
    public static IReadOnlyList<string> Remarks(IExampleStore rows)
    {
        var prompt = rows.Read(0).Prompt;
        for (var row = 1; row < rows.Count; row++)
        {
            if (!rows.Read(row).Prompt.AsSpan().SequenceEqual(prompt))
                return [];
        }

        return
        [
            "All rows have one prompt. KTO measures how far the policy moved on completions of other prompts; here it measures on the other "
            + "completions of this one, which training moves itself, so that the baseline follows what is learned. "
            + $"{nameof(KtoTrainer.Options.Baseline)} = {nameof(KtoBaseline)}.{nameof(KtoBaseline.Zero)} compares with the reference instead.",
        ];
    }
}
