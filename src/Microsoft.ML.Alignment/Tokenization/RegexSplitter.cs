using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Each match of a pattern is a piece, and so is what lies between matches.</summary>
/// <remarks>
/// .NET's regular expressions see a character beyond the BMP as two surrogates of no category that patterns ask for. They get a text in
/// which each has been replaced by one character of the BMP with the same Unicode category.
/// </remarks>
internal sealed class RegexSplitter : PieceSplitter
{
    private static readonly Dictionary<UnicodeCategory, char> StandIns = MakeStandIns();

    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(10);

    private readonly Regex _pattern;

    /// <param name="pattern">The pattern.</param>
    /// <exception cref="NotSupportedException">It uses what .NET's regular expressions do not have.</exception>
    public RegexSplitter(string pattern)
    {
        try
        {
            _pattern = Create(pattern);
        }
        catch (RegexParseException exception)
        {
            throw new NotSupportedException(
                $"tokenizer.json: the pattern '{pattern}' of pre-tokenizer 'Split' is not supported: {exception.Message} " +
                "Supported are patterns in the common syntax of regular expressions (no scripts, no possessive quantifiers).", exception);
        }
    }

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        var standIn = new char[text.Length];
        var position = new int[text.Length + 1];
        var count = 0;
        for (var i = 0; i < text.Length; count++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            standIn[count] = isPair ? StandInOf(char.ConvertToUtf32(text[i], text[i + 1])) : text[i];
            i += isPair ? 2 : 1;
            position[count + 1] = i;
        }

        var last = 0;
        try
        {
            foreach (var match in _pattern.EnumerateMatches(standIn.AsSpan(0, count)))
            {
                AddEnd(match.Index);
                AddEnd(match.Index + match.Length);
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new FormatException(
                $"tokenizer.json: the pattern '{_pattern}' of pre-tokenizer 'Split' takes longer than {MatchTime.TotalSeconds:0} seconds on a " +
                $"text of {text.Length} characters. Write it without nested repetitions, or shorten the text.", exception);
        }

        AddEnd(count);

        void AddEnd(int end)
        {
            if (end > last)
                ends.Add(offset + position[end]);
            last = Math.Max(last, end);
        }
    }

    // What a lookahead does not need is matched in linear time, whatever the pattern; the rest has a time limit a match.
    private static Regex Create(string pattern)
    {
        if (!pattern.Contains("(?!", StringComparison.Ordinal) && !pattern.Contains("(?=", StringComparison.Ordinal)
            && !pattern.Contains("(?<", StringComparison.Ordinal))
        {
            try
            {
                return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTime);
            }
            catch (NotSupportedException)
            {
                // Backreferences, atomic groups, conditions, repetitions too large for an automaton.
            }
        }

        return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, MatchTime);
    }

    private static char StandInOf(int codePoint) =>
        StandIns.TryGetValue(CharUnicodeInfo.GetUnicodeCategory(codePoint), out var standIn) ? standIn : '\uFFFD';

    private static Dictionary<UnicodeCategory, char> MakeStandIns()
    {
        var standIns = new Dictionary<UnicodeCategory, char>();
        // From 0x370: patterns name single ASCII and Latin characters, which must not stand in for others.
        for (var character = '\u0370'; character < '\uD800'; character++)
            standIns.TryAdd(char.GetUnicodeCategory(character), character);
        return standIns;
    }
}
