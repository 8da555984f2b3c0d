using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Sorts long runs of combining marks, which Unicode normalization sorts in quadratic time.</summary>
/// <remarks>
/// The order is that of the canonical combining classes (Unicode Standard, 3.11), and marks of one class keep theirs, so that the text stays
/// canonically equivalent and its normal forms are the same. .NET has no table of the classes: the normalization of two marks tells whether
/// the first belongs behind the second.
/// </remarks>
internal static class CanonicalOrder
{
    private const int LongestUnsorted = 64;
    private const int MostRemembered = 1 << 16;
    private const string Base = "q";
    private const string LastMark = "\u0345";

    private static readonly ConcurrentDictionary<(int, int), bool> Swaps = [];

    /// <summary>The text with its long runs of marks decomposed and in canonical order; most texts stay as they are.</summary>
    public static string OfLongRuns(string text)
    {
        StringBuilder? result = null;
        var copied = 0;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && IsMark(text, i))
                i += char.IsSurrogatePair(text, i) ? 2 : 1;
            if (i - start > LongestUnsorted)
            {
                result ??= new StringBuilder(text.Length);
                result.Append(text, copied, start - copied);
                AppendSorted(text.AsSpan(start, i - start), result);
                copied = i;
            }

            if (i == start)
                i++;
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private static void AppendSorted(ReadOnlySpan<char> run, StringBuilder result)
    {
        var marks = new List<Rune>(run.Length);
        foreach (var mark in run.EnumerateRunes())
            marks.AddRange(mark.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes());
        var waiting = new List<Rune>();
        foreach (var mark in marks)
        {
            if (IsOrdered(mark))
            {
                waiting.Add(mark);
                continue;
            }

            Flush(waiting, result);
            result.Append(mark.ToString());
        }

        Flush(waiting, result);
    }

    // Marks of one class form a bucket; there are some fifty classes.
    private static void Flush(List<Rune> waiting, StringBuilder result)
    {
        var buckets = new List<List<Rune>>();
        foreach (var mark in waiting)
        {
            var at = 0;
            while (at < buckets.Count && IsBehind(mark, buckets[at][0]))
                at++;
            if (at == buckets.Count || IsBehind(buckets[at][0], mark))
                buckets.Insert(at, []);
            buckets[at].Add(mark);
        }

        foreach (var mark in buckets.SelectMany(bucket => bucket))
            result.Append(mark.ToString());
        waiting.Clear();
    }

    // Class 0 is never moved; all others move before U+0345, the last.
    private static bool IsOrdered(Rune mark) => mark.ToString() == LastMark || IsBehind(Rune.GetRuneAt(LastMark, 0), mark);

    private static bool IsBehind(Rune mark, Rune other)
    {
        if (Swaps.TryGetValue((mark.Value, other.Value), out var swaps))
            return swaps;
        swaps = $"{Base}{mark}{other}".Normalize(NormalizationForm.FormD) == $"{Base}{other}{mark}" && mark != other;
        if (Swaps.Count < MostRemembered)
            Swaps[(mark.Value, other.Value)] = swaps;
        return swaps;
    }

    private static bool IsMark(string text, int at) =>
        CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.SpacingCombiningMark;
}
