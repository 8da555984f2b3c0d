using System.Text.RegularExpressions;

namespace Samples.Rlaif;

/// <summary>Which of two forms is better.</summary>
internal enum Better
{
    A,
    B,
    Neither,
}

/// <summary>
/// A question of a constitution about past forms, as far as a few rules understand its words: what it is about (an ending, a past that is marked
/// twice, what dictionaries list), whether that is wanted or not, and of which verbs. It knows no verb: one of which a response changes the stem is taken
/// for a verb that changes its stem, also where that is wrong.
/// </summary>
internal sealed partial class GrammarRule
{
    private readonly Subject _subject;
    private readonly Scope _scope;
    private readonly bool _wanted;

    private GrammarRule(Subject subject, Scope scope, bool wanted) => (_subject, _scope, _wanted) = (subject, scope, wanted);

    private enum Subject
    {
        Ending,
        MarkedTwice,
        Listed,
    }

    private enum Scope
    {
        AllVerbs,
        ChangingVerbs,
        RegularVerbs,
    }

    /// <summary>Reads a question such as "Which response does not put the ending -ed on a verb that changes its stem?".</summary>
    /// <returns>Null where it is about nothing that the rules know.</returns>
    public static GrammarRule? Read(string question)
    {
        var (subject, at) = (Twice().Match(question), EndingWord().Match(question), Lists().Match(question)) switch
        {
            ({ Success: true } twice, _, _) => (Subject.MarkedTwice, twice.Index),
            (_, { Success: true } ending, _) => (Subject.Ending, ending.Index),
            (_, _, { Success: true } lists) => (Subject.Listed, lists.Index),
            _ => (Subject.Listed, -1),
        };
        if (at < 0)
            return null;
        var scope = RegularVerbs().IsMatch(question) ? Scope.RegularVerbs : ChangingVerbs().IsMatch(question) ? Scope.ChangingVerbs : Scope.AllVerbs;
        return new(subject, scope, wanted: !Negation().IsMatch(question[..at]));
    }

    /// <summary>Answers the question about the forms that two responses give of one verb.</summary>
    public (Better Better, string Why) Compare(VerbForm a, VerbForm b)
    {
        if (!Applies(a, b))
            return (Better.Neither, "The question is not about this verb, as far as its spelling tells.");
        var (ofA, ofB) = (Has(a), Has(b));
        if (ofA == ofB)
            return (Better.Neither, $"'{a.Form}' and '{b.Form}' are alike in what is asked.");
        return (ofA == _wanted ? Better.A : Better.B, $"'{(ofA ? a : b).Form}' {Named}, '{(ofA ? b : a).Form}' does not.");
    }

    private string Named => _subject switch
    {
        Subject.Ending => _scope == Scope.RegularVerbs ? "is the verb with the ending" : "has the ending",
        Subject.MarkedTwice => "marks the past twice",
        _ => "may stand in a dictionary",
    };

    private bool Applies(VerbForm a, VerbForm b)
    {
        var changes = a.Shape == FormShape.Changed || b.Shape == FormShape.Changed;
        return _scope == Scope.AllVerbs || changes == (_scope == Scope.ChangingVerbs);
    }

    private bool Has(VerbForm form) => (_subject, form.Shape) switch
    {
        (Subject.Ending, FormShape.Ending) => true,
        (Subject.Ending, FormShape.ChangedWithEnding) => _scope == Scope.ChangingVerbs,
        (Subject.MarkedTwice, FormShape.ChangedWithEnding) => true,
        (Subject.Listed, FormShape.Ending or FormShape.Changed) => true,
        _ => false,
    };

    [GeneratedRegex(@"\btwice\b", RegexOptions.IgnoreCase)]
    private static partial Regex Twice();

    [GeneratedRegex(@"(?<!\w)-ed\b", RegexOptions.IgnoreCase)]
    private static partial Regex EndingWord();

    [GeneratedRegex(@"\bdictionar", RegexOptions.IgnoreCase)]
    private static partial Regex Lists();

    [GeneratedRegex(@"\b(not|no|never|without|avoids?|leaves? out)\b|n['’]t\b", RegexOptions.IgnoreCase)]
    private static partial Regex Negation();

    [GeneratedRegex(@"\bis (a )?regular\b", RegexOptions.IgnoreCase)]
    private static partial Regex RegularVerbs();

    [GeneratedRegex(@"\bchanges? (its|their) stems?\b|\birregular\b", RegexOptions.IgnoreCase)]
    private static partial Regex ChangingVerbs();
}
