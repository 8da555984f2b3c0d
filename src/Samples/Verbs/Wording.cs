namespace Samples.Verbs;

/// <summary>A way to ask for a verb's past tense, and how it is answered.</summary>
/// <param name="Question">{0} is the verb.</param>
/// <param name="Answer">{0} is the verb, {1} the form.</param>
internal sealed record Wording(string Question, string Answer)
{
    /// <summary>The wordings of the training rows.</summary>
    public static IReadOnlyList<Wording> Training { get; } =
    [
        new("What is the past tense of the verb \"{0}\"?", "The past tense of the verb \"{0}\" is \"{1}\"."),
        new("Give me the simple past of {0}.", "The simple past of {0} is \"{1}\"."),
        new("Fill in the blank with the verb \"{0}\": Yesterday they ___.", "Yesterday they {1}."),
    ];

    /// <summary>The wording that results are reported on.</summary>
    public static Wording Test => Training[0];

    /// <summary>A wording that no row of the drill has.</summary>
    public static Wording Unseen { get; } = new("Which form of the verb \"{0}\" belongs into a story about last week?", "The form \"{1}\".");

    /// <summary>All wordings.</summary>
    public static IReadOnlyList<Wording> All { get; } = [.. Training, Unseen];

    public string Ask(Verb verb) => string.Format(null, Question, verb.Name);

    public string Say(Verb verb, string form) => string.Format(null, Answer, verb.Name, form);
}
