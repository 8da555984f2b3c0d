using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>Finds the words of a text that are new in comparison with another, by their longest common subsequence.</summary>
internal static partial class WordDifference
{
    // The table has as many entries as both texts have words multiplied; longer texts are compared up to here.
    private const int MostWords = 400;

    /// <summary>The text in pieces, which put together are the text.</summary>
    public static IReadOnlyList<Piece> Of(string before, string after)
    {
        var (old, words) = (Words(before), Words(after));
        var common = Common(old, words);
        var pieces = new List<Piece>();
        for (int i = 0, j = 0; j < words.Length;)
        {
            if (i < old.Length && old[i] == words[j])
                (i, j) = (i + 1, Add(pieces, words[j], isNew: false, j));
            else if (i < old.Length && j < MostWords && i < MostWords && common[i + 1, j] >= common[i, j + 1])
                i++;
            else
                j = Add(pieces, words[j], isNew: true, j);
        }

        return pieces;
    }

    // Words with the spaces before them.
    private static string[] Words(string text) => [.. Word().Matches(text).Select(match => match.Value)];

    private static int[,] Common(string[] old, string[] words)
    {
        var (rows, columns) = (Math.Min(old.Length, MostWords), Math.Min(words.Length, MostWords));
        var common = new int[MostWords + 1, MostWords + 1];
        for (var i = rows - 1; i >= 0; i--)
            for (var j = columns - 1; j >= 0; j--)
                common[i, j] = old[i] == words[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        return common;
    }

    private static int Add(List<Piece> pieces, string word, bool isNew, int index)
    {
        if (pieces.Count > 0 && pieces[^1].IsNew == isNew)
            pieces[^1] = new(pieces[^1].Text + word, isNew);
        else
            pieces.Add(new(word, isNew));
        return index + 1;
    }

    [GeneratedRegex(@"\s*\S+|\s+$")]
    private static partial Regex Word();

    /// <summary>A part of a text.</summary>
    internal readonly record struct Piece(string Text, bool IsNew);
}
