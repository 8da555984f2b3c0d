using System.Text.RegularExpressions;

namespace Samples.Rlaif;

/// <summary>What a form looks like beside its verb.</summary>
internal enum FormShape
{
    /// <summary>The verb itself: go, go.</summary>
    Unmarked,
    /// <summary>The verb with the ending -ed as it is spelt: go, goed; carry, carried; plan, planned.</summary>
    Ending,
    /// <summary>Something else, with the ending -ed: go, wented.</summary>
    ChangedWithEnding,
    /// <summary>Something else: go, went.</summary>
    Changed,
}

/// <summary>The form of a verb that a response gives, told by spelling alone.</summary>
/// <param name="Verb">The verb that is asked for.</param>
/// <param name="Form">What the response says.</param>
internal sealed partial record VerbForm(string Verb, string Form)
{
    private const string Ending = "ed";

    /// <summary>The letters from the last vowel on, by which words rhyme.</summary>
    public string Rhyme => RhymeOf(Verb);

    public FormShape Shape
    {
        get
        {
            if (Form == Verb)
                return FormShape.Unmarked;
            if (Regular(Verb).Contains(Form))
                return FormShape.Ending;
            // In bred and fled the letters e and d are no ending: no stem is left without them.
            return Form.EndsWith(Ending, StringComparison.Ordinal) && Vowels().IsMatch(Form[..^Ending.Length])
                ? FormShape.ChangedWithEnding
                : FormShape.Changed;
        }
    }

    /// <summary>The form without an ending that was put on a past: wented, went; camed, came.</summary>
    public string WithoutEnding => Form[..^Ending.Length] is var stem && SilentE().IsMatch(stem) && !stem.EndsWith(Ending, StringComparison.Ordinal)
        ? stem + "e"
        : stem;

    /// <summary>The verb with the ending -ed as it is spelt.</summary>
    public string Regularised => Verb switch
    {
        _ when Verb.EndsWith('e') => Verb + "d",
        _ when ConsonantAndY().IsMatch(Verb) => $"{Verb[..^1]}i{Ending}",
        _ when DoublesConsonant().IsMatch(Verb) => Verb + Verb[^1] + Ending,
        _ => Verb + Ending,
    };

    /// <summary>
    /// Finds verb and form. The verb is quoted in the prompt or its last word; the form is what the response quotes beside the verb, else the word
    /// behind "is", else the last word.
    /// </summary>
    /// <returns>Null where prompt or response has no word.</returns>
    public static VerbForm? Find(string prompt, string response)
    {
        var verb = Last(Quoted(), prompt) ?? Last(Words(), prompt);
        var form = Last(Quoted(), response, word => word != verb) ?? Last(BehindIs(), response) ?? Last(Words(), response);
        return verb is null || form is null ? null : new(verb, form);
    }

    /// <summary>The letters of a word from its last vowel on.</summary>
    public static string RhymeOf(string word) => Rhymes().Match(word) is { Success: true } match ? match.Value : word;

    private static IEnumerable<string> Regular(string verb) =>
        [verb + Ending, verb.EndsWith('e') ? verb + "d" : verb + verb[^1] + Ending, verb.EndsWith('y') ? $"{verb[..^1]}i{Ending}" : verb + Ending];

    private static string? Last(Regex regex, string text, Func<string, bool>? which = null) =>
        regex.Matches(text).Select(match => match.Groups[1].Value.ToLowerInvariant()).LastOrDefault(which ?? (_ => true));

    [GeneratedRegex("""["“](\p{L}+)["”.,]""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\bis:?\s+\W*(\p{L}+)", RegexOptions.IgnoreCase)]
    private static partial Regex BehindIs();

    [GeneratedRegex(@"(\p{L}+)")]
    private static partial Regex Words();

    [GeneratedRegex("[aeiouy]")]
    private static partial Regex Vowels();

    // A short vowel before one consonant would have doubled it.
    [GeneratedRegex("(?<![aeiou])[aeiou][^aeiouwxy]$")]
    private static partial Regex SilentE();

    [GeneratedRegex("[^aeiou]y$")]
    private static partial Regex ConsonantAndY();

    [GeneratedRegex("^[^aeiou]*[aeiou][^aeiouwxy]$")]
    private static partial Regex DoublesConsonant();

    [GeneratedRegex("[aeiouy]+[^aeiouy]*e?$")]
    private static partial Regex Rhymes();
}
