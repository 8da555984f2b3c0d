using Microsoft.ML;

namespace Samples.Verbs;

/// <summary>A row to imitate.</summary>
internal sealed record Instruction(string Prompt, string Completion);

/// <summary>A row without an answer.</summary>
internal sealed record Asked(string Prompt);

/// <summary>A row of which one completion is better.</summary>
internal sealed record Preference(string Prompt, string Chosen, string Rejected);

/// <summary>A row to write an answer to, with what a rule must know to score it.</summary>
internal sealed record Question(string Prompt, string Past, string Wrong, string Doubled);

/// <summary>The rows that the verbs of a split make.</summary>
internal sealed class Drill(MLContext ml, IEnumerable<Verb> verbs)
{
    private readonly List<Verb> _verbs = [.. verbs];

    /// <summary>Right answers in every training wording, for SFT.</summary>
    public IDataView Instructions => View(
        from verb in _verbs
        from wording in Wording.Training
        select new Instruction(wording.Ask(verb), wording.Say(verb, verb.Past)));

    /// <summary>Every question and nothing else, for feedback of a judge.</summary>
    public IDataView Prompts => View(
        from verb in _verbs
        from wording in Wording.Training
        select new Asked(wording.Ask(verb)));

    /// <summary>Every question, for methods that write answers themselves.</summary>
    public IDataView Questions => View(
        from verb in _verbs
        from wording in Wording.Training
        select new Question(wording.Ask(verb), verb.Past, verb.Wrong, verb.Doubled));

    /// <summary>The past form against each of the other two, for DPO.</summary>
    public IDataView Preferences => View(
        from verb in _verbs
        from wording in Wording.Training
        from worse in new[] { verb.Wrong, verb.Doubled }.Distinct()
        select Pair(wording, verb, verb.Past, worse));

    /// <summary>
    /// Neighbours of the order past > wrong > doubled. The wrong form is rejected once and chosen once, so that it stays where it is while the
    /// past form rises and the doubled one falls.
    /// </summary>
    public IDataView Neighbours => View(
        from verb in _verbs
        from wording in Wording.Training
        from pair in new[] { (verb.Past, verb.Wrong), (verb.Wrong, verb.Doubled) }
        where pair.Item1 != pair.Item2
        select Pair(wording, verb, pair.Item1, pair.Item2));

    /// <summary>The whole order past > wrong > doubled, for the reward model.</summary>
    public IDataView Rankings => View(
        from verb in _verbs
        from wording in Wording.Training
        from pair in new[] { (verb.Past, verb.Wrong), (verb.Past, verb.Doubled), (verb.Wrong, verb.Doubled) }.Distinct()
        where pair.Item1 != pair.Item2
        select Pair(wording, verb, pair.Item1, pair.Item2));

    // A list says how many rows it has.
    private IDataView View<T>(IEnumerable<T> rows)
        where T : class => ml.Data.LoadFromEnumerable<T>([.. rows]);

    private static Preference Pair(Wording wording, Verb verb, string better, string worse) =>
        new(wording.Ask(verb), wording.Say(verb, better), wording.Say(verb, worse));
}
