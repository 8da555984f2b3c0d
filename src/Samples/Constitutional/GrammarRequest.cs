using System.Text.RegularExpressions;
using Samples.Rlaif;

namespace Samples.Constitutional;

/// <summary>
/// What a constitution asks a critic to look for, or a writer to mend, in the past form of a verb, as far as a few rules understand its words. It
/// knows no verb but those that the request itself names, such as "sing (sang)", and what English spelling tells.
/// </summary>
internal sealed partial class GrammarRequest
{
    private readonly Subject _subject;
    private readonly IReadOnlyList<(string Verb, string Past)> _examples;

    private GrammarRequest(Subject subject, IReadOnlyList<(string Verb, string Past)> examples) => (_subject, _examples) = (subject, examples);

    private enum Subject
    {
        MarkedTwice,
        NotListed,
        EndingOnChangingVerb,
        RegularVerb,
        NoEnding,
    }

    /// <summary>Reads a request such as "Rewrite the response so that the past is marked once."</summary>
    /// <returns>Null where it is about nothing that the rules know.</returns>
    public static GrammarRequest? Read(string request)
    {
        Subject? subject = request switch
        {
            _ when TwiceOrOnce().IsMatch(request) => Subject.MarkedTwice,
            _ when Dictionary().IsMatch(request) => Subject.NotListed,
            _ when !EndingWord().IsMatch(request) => null,
            _ when Stem().IsMatch(request) => Subject.EndingOnChangingVerb,
            _ when Regular().IsMatch(request) => Subject.RegularVerb,
            _ => Subject.NoEnding,
        };
        return subject is { } known
            ? new(known, [.. Examples().Matches(request.ToLowerInvariant()).Select(match => (match.Groups[1].Value, match.Groups[2].Value))])
            : null;
    }

    /// <summary>Looks at a form.</summary>
    /// <returns>What it should be, null where the rules find no fault, and why.</returns>
    public (string? Better, string Why) LookAt(VerbForm form) => (_subject, form.Shape) switch
    {
        // In "breed" the letters e and d are no ending.
        (Subject.MarkedTwice or Subject.NotListed, FormShape.ChangedWithEnding) when !form.Form.EndsWith("eed", StringComparison.Ordinal) =>
            (form.WithoutEnding, $"'{form.Form}' marks the past twice."),
        (Subject.MarkedTwice, _) => (null, $"'{form.Form}' marks the past once."),
        (Subject.NotListed, _) => (null, $"'{form.Form}' may stand in a dictionary."),
        (Subject.EndingOnChangingVerb, FormShape.Ending) => LikeAnExample(form),
        (Subject.EndingOnChangingVerb, _) => (null, $"'{form.Form}' is not '{form.Verb}' with the ending."),
        (Subject.RegularVerb, _) => (null, $"whether '{form.Verb}' is regular its spelling does not tell."),
        (_, FormShape.Ending) => (null, $"'{form.Form}' is '{form.Verb}' with the ending."),
        _ => (form.Regularised, $"'{form.Form}' is not '{form.Verb}' with the ending."),
    };

    // Of several verbs that rhyme the one that is most like it: swing like sting, not like sing.
    private (string? Better, string Why) LikeAnExample(VerbForm form)
    {
        var rhyming = _examples.Where(example => VerbForm.RhymeOf(example.Verb) == form.Rhyme).ToList();
        if (rhyming.Count == 0)
            return (null, $"'{form.Verb}' rhymes with no verb that is named.");
        var (verb, past) = rhyming.MinBy(example => (-CommonEnd(example.Verb, form.Verb), Math.Abs(example.Verb.Length - form.Verb.Length)));
        if (verb == form.Verb)
            return (past, $"'{form.Form}' has the ending, but the past of '{verb}' is '{past}'.");
        var (onset, ownOnset) = (verb.Length - form.Rhyme.Length, form.Verb.Length - form.Rhyme.Length);
        return (
            form.Verb[..ownOnset] + past[onset..],
            $"'{form.Form}' has the ending, but '{form.Verb}' rhymes with '{verb}', of which the past is '{past}'.");
    }

    private static int CommonEnd(string a, string b) => a.Reverse().Zip(b.Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();

    [GeneratedRegex(@"\b(twice|once)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TwiceOrOnce();

    [GeneratedRegex(@"\bdictionar", RegexOptions.IgnoreCase)]
    private static partial Regex Dictionary();

    [GeneratedRegex(@"(?<!\w)-ed\b", RegexOptions.IgnoreCase)]
    private static partial Regex EndingWord();

    [GeneratedRegex(@"\bstems?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Stem();

    [GeneratedRegex(@"\bregular\b", RegexOptions.IgnoreCase)]
    private static partial Regex Regular();

    [GeneratedRegex(@"(\p{L}+) \((\p{L}+)\)")]
    private static partial Regex Examples();
}
