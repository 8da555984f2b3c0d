using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Looks for the first of some marks in a text that comes in pieces. What could be the beginning of a mark is held back.</summary>
/// <param name="marks">The marks, none empty. That which is complete first is found; of several at one place, the longest.</param>
internal sealed class MarkScanner(IReadOnlyList<string> marks)
{
    private readonly StringBuilder _held = new();

    /// <summary>Takes a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="behind">What follows the mark in the piece; null if none was found.</param>
    /// <returns>The text that stands before a mark, or in which none can begin any more.</returns>
    public string Add(string piece, out string? behind)
    {
        var shown = new StringBuilder();
        for (var at = 0; at < piece.Length; at++)
        {
            _held.Append(piece[at]);
            if (marks.Where(Ends).MaxBy(mark => mark.Length) is { } found)
            {
                shown.Append(_held, 0, _held.Length - found.Length);
                _held.Clear();
                behind = piece[(at + 1)..];
                return shown.ToString();
            }

            var free = _held.Length - marks.Select(Begun).DefaultIfEmpty().Max();
            shown.Append(_held, 0, free);
            _held.Remove(0, free);
        }

        behind = null;
        return shown.ToString();
    }

    /// <summary>What was held back, at the end.</summary>
    public string Finish()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    private bool Ends(string mark) => _held.Length >= mark.Length && EndsWith(mark, mark.Length);

    // How much of a mark stands at the end.
    private int Begun(string mark)
    {
        for (var count = Math.Min(mark.Length - 1, _held.Length); count > 0; count--)
            if (EndsWith(mark, count))
                return count;
        return 0;
    }

    private bool EndsWith(string mark, int count)
    {
        for (var index = 0; index < count; index++)
            if (_held[_held.Length - count + index] != mark[index])
                return false;
        return true;
    }
}
