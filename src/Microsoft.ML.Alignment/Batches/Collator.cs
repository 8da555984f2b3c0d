using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Lays tokenized examples one behind another, without padding, what they share once.</summary>
internal static class Collator
{
    /// <summary>The shortest beginning that is worth sharing: below it, splitting the attention costs more than the rows saved.</summary>
    public const int ShortestSharedPrefix = 8;

    /// <summary>Packs a micro-batch.</summary>
    /// <param name="examples">At least one, all with the same number of completions C; C may be 0.</param>
    /// <param name="endRows">
    /// Whether the last token of each completion has a row. It predicts nothing, so that only heads that read the end of a sequence need
    /// it; without it <see cref="PackedTargets.EndRows"/> is empty.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no example, a prompt or completion is empty, or the numbers of completions differ.
    /// </exception>
    public static TokenBatch Pack(IReadOnlyList<TokenizedExample> examples, bool endRows = true)
    {
        Check(examples);
        var rows = new RowWriter(endRows);
        var prefix = SharedPrefix(examples);
        rows.AddPrefix(examples[0].Prompt.AsSpan(0, prefix));
        foreach (var example in examples)
            rows.AddExample(example);
        return new(rows.ToRows(), rows.ToTargets()) { Examples = examples, TokenCount = examples.Sum(SequenceTokens) };
    }

    private static void Check(IReadOnlyList<TokenizedExample> examples)
    {
        if (examples.Count == 0)
            throw new ArgumentException("A micro-batch needs at least one example.", nameof(examples));
        foreach (var example in examples)
        {
            if (example.Completions.Length != examples[0].Completions.Length)
                throw new ArgumentException(
                    $"Examples with {examples[0].Completions.Length} and {example.Completions.Length} completions cannot be in one micro-batch.",
                    nameof(examples));
            if (example.Prompt.Length == 0 || example.Completions.Any(c => c.Length == 0))
                throw new ArgumentException("An example has an empty prompt or completion; each needs at least one token.", nameof(examples));
        }
    }

    /// <summary>
    /// The longest beginning of all prompts that leaves each a row of its own, which predicts its first completion token; 0 if too short.
    /// </summary>
    public static int SharedPrefix(IReadOnlyList<TokenizedExample> examples)
    {
        if (examples.Count < 2)
            return 0;
        ReadOnlySpan<int> first = examples[0].Prompt;
        var length = examples.Min(e => e.Prompt.Length) - 1;
        foreach (var example in examples)
            length = first[..length].CommonPrefixLength(example.Prompt);
        return length >= ShortestSharedPrefix ? length : 0;
    }

    /// <summary>The tokens that separate sequences would hold: the prompt counts with each completion.</summary>
    public static int SequenceTokens(TokenizedExample example) =>
        example.Completions.Length == 0 ? example.Prompt.Length : example.Completions.Sum(c => example.Prompt.Length + c.Length);
}
