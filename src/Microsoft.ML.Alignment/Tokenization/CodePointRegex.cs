using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A pattern of a <c>tokenizer.json</c>, which sees characters as Unicode has them.</summary>
/// <remarks>
/// .NET's regular expressions see a character beyond the BMP as two surrogates of no category that patterns ask for. They get a text in
/// which each has been replaced by one character of the BMP with the same Unicode category.
/// </remarks>
internal sealed class CodePointRegex
{
    private static readonly Dictionary<UnicodeCategory, char> StandIns = MakeStandIns();

    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(10);

    private readonly Regex _pattern;
    private readonly string _user;

    /// <param name="pattern">The pattern.</param>
    /// <param name="user">What uses it, for messages.</param>
    /// <exception cref="NotSupportedException">It uses what .NET's regular expressions do not have.</exception>
    public CodePointRegex(string pattern, string user)
    {
        _user = user;
        try
        {
            _pattern = Create(pattern);
        }
        catch (RegexParseException exception)
        {
            throw new NotSupportedException(
                $"tokenizer.json: the pattern '{pattern}' of {user} is not supported: {exception.Message} " +
                "Supported are patterns in the common syntax of regular expressions (no scripts, no possessive quantifiers).", exception);
        }
    }

    /// <summary>Where the matches begin and end, in UTF-16 characters; empty ones are left out.</summary>
    /// <exception cref="FormatException">A match takes too long.</exception>
    public List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var isShort = !text.ContainsAnyInRange('\uD800', '\uDFFF');
        int[] position = isShort ? [] : new int[text.Length + 1];
        var matches = new List<(int, int)>(text.Length / 4);
        try
        {
            foreach (var match in _pattern.EnumerateMatches(isShort ? text : StandIn(text, position)))
            {
                if (match.Length > 0)
                    matches.Add((At(match.Index), At(match.Index + match.Length)));
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new FormatException(
                $"tokenizer.json: the pattern '{_pattern}' of {_user} takes longer than {MatchTime.TotalSeconds:0} seconds on a " +
                $"text of {text.Length} characters. Write it without nested repetitions, or shorten the text.", exception);
        }

        return matches;

        int At(int index) => isShort ? index : position[index];
    }

    /// <inheritdoc/>
    public override string ToString() => _pattern.ToString();

    private static ReadOnlySpan<char> StandIn(ReadOnlySpan<char> text, int[] position)
    {
        var standIn = new char[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; count++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            standIn[count] = isPair ? StandInOf(char.ConvertToUtf32(text[i], text[i + 1])) : text[i];
            i += isPair ? 2 : 1;
            position[count + 1] = i;
        }

        return standIn.AsSpan(0, count);
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

    private static char StandInOf(int codePoint) => StandIns[CharUnicodeInfo.GetUnicodeCategory(codePoint)];

    private static Dictionary<UnicodeCategory, char> MakeStandIns()
    {
        var standIns = new Dictionary<UnicodeCategory, char>();
        // From 0x370: patterns name single ASCII and Latin characters, which must not stand in for others.
        for (var character = '\u0370'; character < char.MaxValue; character++)
            standIns.TryAdd(char.GetUnicodeCategory(character), character);
        return standIns;
    }
}
