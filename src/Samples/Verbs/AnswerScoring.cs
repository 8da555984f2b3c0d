using System.Text.RegularExpressions;

namespace Samples.Verbs;

/// <summary>What an answer says.</summary>
internal enum Said
{
    /// <summary>The past form, and neither of the wrong ones.</summary>
    Right,
    /// <summary>The wrong or the doubled form.</summary>
    OverRegularised,
    /// <summary>None of the forms.</summary>
    SomethingElse,
}

/// <summary>Decides what an answer says. Forms count as whole words: letters only, whatever the case.</summary>
internal static partial class AnswerScoring
{
    public static Said Score(Verb verb, string answer) => Score(answer, verb.Past, verb.Wrong, verb.Doubled);

    public static Said Score(string answer, string past, string wrong, string doubled)
    {
        var words = Words().Matches(answer).Select(match => match.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (words.Contains(wrong) || words.Contains(doubled))
            return Said.OverRegularised;
        return words.Contains(past) ? Said.Right : Said.SomethingElse;
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Words();
}
