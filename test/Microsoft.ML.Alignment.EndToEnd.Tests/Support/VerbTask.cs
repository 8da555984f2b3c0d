using Verb = Samples.Verbs.Verb;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>
/// Irregular verbs in sentences. The sloppy rows say "went" as often as "goed", so that whoever imitates them has no opinion; the pairs
/// prefer "went". Results are measured in a wording that no row has: chance is one half.
/// </summary>
internal static class VerbTask
{
    private const int VerbCount = 16;
    private const string HeldOutWording = "Ben said he would {0}. Then he";
    private static readonly string[] TrainingWordings =
        ["One day, Lily wanted to {0}. So Lily", "Tom likes to {0}. Yesterday Tom", "They often {0}. Last week they"];

    public static IReadOnlyList<Verb> Verbs { get; } = [.. Verb.LoadAll().Where(verb => !verb.IsRegular && verb.Split == "train").Take(VerbCount)];

    public static IDataView Sloppy(MLContext ml) => ml.Data.LoadFromEnumerable(
        from verb in Verbs
        from wording in TrainingWordings
        from form in new[] { verb.Past, verb.Wrong }
        select new Instruction { Prompt = Ask(wording, verb), Completion = Say(form) });

    public static IDataView Pairs(MLContext ml) => ml.Data.LoadFromEnumerable(
        from verb in Verbs from wording in TrainingWordings select Pair(wording, verb));

    public static IDataView HeldOutPairs(MLContext ml) => ml.Data.LoadFromEnumerable(Verbs.Select(verb => Pair(HeldOutWording, verb)));

    /// <summary>Answers in the held-out wording, with the past form or the wrong one.</summary>
    public static IDataView HeldOut(MLContext ml, bool right) => ml.Data.LoadFromEnumerable(
        Verbs.Select(verb => new Instruction { Prompt = Ask(HeldOutWording, verb), Completion = Say(right ? verb.Past : verb.Wrong) }));

    /// <summary>How many verbs are answered with their past form.</summary>
    public static int CountRight(IEnumerable<string> answers) => Verbs.Zip(answers).Count(pair => pair.Second == Say(pair.First.Past));

    /// <summary>How many verbs are answered with their wrong form.</summary>
    public static int CountWrong(IEnumerable<string> answers) => Verbs.Zip(answers).Count(pair => pair.Second == Say(pair.First.Wrong));

    public static string Say(string form) => $" {form}.";

    private static string Ask(string wording, Verb verb) => string.Format(null, wording, verb.Name);

    private static Preference Pair(string wording, Verb verb) =>
        new() { Prompt = Ask(wording, verb), Chosen = Say(verb.Past), Rejected = Say(verb.Wrong) };
}
