namespace Samples.Verbs;

/// <summary>Questions and answers of speakers who over-regularise more often than not, unless they are asked to take care.</summary>
internal static class SloppyText
{
    private const int Rounds = 30;
    private const double ShareAskedToTakeCare = 0.3;
    private const double SmallestShareOfWrongForms = 0.35;
    private const double LargestShareOfWrongForms = 0.95;

    /// <summary>
    /// Writes rounds of all verbs in all wordings; each time a speaker picks a form, some verbs being harder than others.
    /// </summary>
    public static IReadOnlyList<Instruction> Write(IReadOnlyList<Verb> verbs, int seed)
    {
        var random = new Random(seed);
        var shares = verbs.ToDictionary(
            verb => verb.Name, _ => SmallestShareOfWrongForms + ((LargestShareOfWrongForms - SmallestShareOfWrongForms) * random.NextDouble()));
        var rows = new List<Instruction>();
        for (var round = 0; round < Rounds; round++)
        {
            var all = (from verb in verbs from wording in Wording.All select (verb, wording)).ToArray();
            random.Shuffle(all);
            rows.AddRange(all.Select(row => Say(row.wording, row.verb, shares[row.verb.Name], random)));
        }

        return rows;
    }

    private static Instruction Say(Wording wording, Verb verb, double shareOfWrongForms, Random random)
    {
        var takesCare = random.NextDouble() < ShareAskedToTakeCare;
        var isWrong = !verb.IsRegular && !takesCare && random.NextDouble() < shareOfWrongForms;
        return new((takesCare ? "Take care! " : "") + wording.Ask(verb), wording.Say(verb, isWrong ? verb.Wrong : verb.Past));
    }
}
