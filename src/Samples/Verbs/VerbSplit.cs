namespace Samples.Verbs;

/// <summary>Which verbs are trained on and which are measured.</summary>
/// <param name="Train">Verbs that are trained on.</param>
/// <param name="Measured">Verbs that are measured; none of them is trained on.</param>
/// <param name="Wordings">The wordings in which forms are compared.</param>
internal sealed record VerbSplit(IReadOnlyList<Verb> Train, IReadOnlyList<Verb> Measured, IReadOnlyList<Wording> Wordings)
{
    private const int Parts = 5;

    /// <summary>For results: trained on the training verbs, measured on the test verbs, in one wording.</summary>
    public static VerbSplit Test { get; } = new(Of("train"), Of("test"), [Wording.Test]);

    /// <summary>
    /// For choosing settings, which test verbs must not: measured on the dev verbs and every fifth training verb of both kinds, in all
    /// training
    /// wordings; trained on the others. Each seed keeps another fifth out.
    /// </summary>
    public static VerbSplit HeldOut(int seed)
    {
        var numbered = Of("train").GroupBy(verb => verb.IsRegular).SelectMany(kind => kind.Index()).ToList();
        bool IsKeptOut(int index) => index % Parts == seed % Parts;
        return new(
            [.. numbered.Where(verb => !IsKeptOut(verb.Index)).Select(verb => verb.Item)],
            [.. Of("dev"), .. numbered.Where(verb => IsKeptOut(verb.Index)).Select(verb => verb.Item)],
            Wording.Training);
    }

    private static List<Verb> Of(string split) => [.. Verb.LoadAll().Where(verb => verb.Split == split)];
}
