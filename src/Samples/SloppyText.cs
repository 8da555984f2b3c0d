namespace Samples;

/// <summary>Questions and answers of speakers who get the past tense wrong more often than not.</summary>
internal static class SloppyText
{
    private const int Rounds = 40;
    private const double ShareOfWrongForms = 0.65;

    /// <summary>Writes rounds of all verbs in all wordings; each time a speaker picks a form.</summary>
    public static IReadOnlyList<Instruction> Write(IReadOnlyList<Verb> verbs, int seed)
    {
        var random = new Random(seed);
        var rows = new List<Instruction>();
        for (var round = 0; round < Rounds; round++)
        {
            var all = (from verb in verbs from wording in Wording.Training select (verb, wording)).ToArray();
            random.Shuffle(all);
            rows.AddRange(all.Select(row => Say(row.wording, row.verb, random)));
        }

        return rows;
    }

    private static Instruction Say(Wording wording, Verb verb, Random random)
    {
        var isWrong = random.NextDouble() < ShareOfWrongForms;
        var form = isWrong ? verb.Wrong : verb.Past;
        return new(wording.Ask(verb), wording.Say(verb, form));
    }
}
