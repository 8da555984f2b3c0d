namespace Microsoft.ML.Alignment.Training;

/// <summary>What the terms of a loss are averaged over, by name: each term has its own count over the whole optimizer step.</summary>
internal sealed class TermCounts
{
    /// <summary>Rows, or pairs.</summary>
    public const string Examples = "examples";

    /// <summary>Tokens that a term runs over.</summary>
    public const string Tokens = "tokens";

    private readonly (string Term, double Count)[] _counts;

    /// <param name="counts">Each term once, in an order that is the same for all micro-batches of an objective.</param>
    public TermCounts(params (string Term, double Count)[] counts) => _counts = counts;

    /// <summary>The count of a term.</summary>
    public double this[string term] => _counts.First(count => count.Term == term).Count;

    public static TermCounts operator +(TermCounts a, TermCounts b) =>
        new([.. a._counts.Zip(b._counts, (x, y) => (x.Term, x.Count + y.Count))]);

    /// <summary>The counts of all ranks together.</summary>
    public TermCounts Over(ICollective all) =>
        new([.. _counts.Zip(all.Sum([.. _counts.Select(count => count.Count)]), (count, sum) => (count.Term, sum))]);
}
