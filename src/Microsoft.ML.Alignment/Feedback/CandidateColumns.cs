using System.Globalization;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>The columns of a prompt's candidates: <c>Completion1</c>, <c>Completion2</c>, …</summary>
internal static class CandidateColumns
{
    /// <summary>The names that so many completions get; the beginning itself where there is one.</summary>
    public static IReadOnlyList<string> Of(string beginning, int count) =>
        count == 1 ? [beginning] : [.. Enumerable.Range(1, count).Select(index => Numbered(beginning, index))];

    /// <summary>The numbered columns that there are, from 1 without a gap.</summary>
    public static IReadOnlyList<string> Find(string beginning, Func<string, bool> has) =>
        [.. Enumerable.Range(1, int.MaxValue - 1).Select(index => Numbered(beginning, index)).TakeWhile(has)];

    private static string Numbered(string beginning, int index) => string.Create(CultureInfo.InvariantCulture, $"{beginning}{index}");
}
