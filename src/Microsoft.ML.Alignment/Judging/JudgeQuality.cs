using System.Globalization;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>
/// How far the verdicts of a judge can be trusted: with and without labels of people beside them. Shares are in [0, 1]; one is null where there
/// was nothing to count.
/// </summary>
public sealed record JudgeQuality
{
    /// <summary>Gets the pairs that were judged.</summary>
    public required int Pairs { get; init; }

    /// <summary>Gets the share of pairs on which the judge had no opinion, or no usable answer.</summary>
    public double? AbstentionRate { get; init; }

    /// <summary>Gets the share of ties among the verdicts.</summary>
    public double? TieRate { get; init; }

    /// <summary>Gets, of questions that were asked in both orders, the share with the same answer in both.</summary>
    public double? PositionConsistency { get; init; }

    /// <summary>
    /// Gets, of single answers that are no tie, the share for the completion that was shown first. About 0.5 for a judge that does not look at
    /// the order, 1 for one that looks at nothing else.
    /// </summary>
    public double? FirstSlotRate { get; init; }

    /// <summary>Gets, of verdicts that are no tie on completions of different length, the share for the longer one.</summary>
    public double? LongerPreferredRate { get; init; }

    /// <summary>Gets the same share of the people's labels on the same pairs, with which the judge's is to be compared.</summary>
    public double? HumanLongerPreferredRate { get; init; }

    /// <summary>Gets the pairs with a label of a person and a verdict.</summary>
    public int HumanLabels { get; init; }

    /// <summary>Gets the share of these on which both agree; a tie of the judge counts as half.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Gets Cohen's κ of judge and people over first, second and tie: agreement beyond that of chance.</summary>
    public double? Kappa { get; init; }

    /// <summary>
    /// Gets the mean agreement of every two judges of an ensemble, on pairs on which both have a verdict; null where one judge was asked.
    /// </summary>
    public double? JudgeAgreement { get; init; }

    /// <summary>Gets what was asked, and what it cost.</summary>
    public FeedbackUsage Usage { get; init; }

    /// <summary>Gets the figures by name, those that were measured.</summary>
    internal IReadOnlyDictionary<string, string> Figures
    {
        get
        {
            var figures = new Dictionary<string, string> { ["pairs judged"] = Number(Pairs) };
            void Add(string name, double? value)
            {
                if (value is { } found)
                    figures[name] = found.ToString("0.000", CultureInfo.InvariantCulture);
            }

            Add("abstention rate", AbstentionRate);
            Add("tie rate", TieRate);
            Add("position consistency", PositionConsistency);
            Add("first-slot rate", FirstSlotRate);
            Add("longer preferred", LongerPreferredRate);
            Add("longer preferred by people", HumanLongerPreferredRate);
            if (HumanLabels > 0)
                figures["labels of people"] = Number(HumanLabels);
            Add("accuracy against people", Accuracy);
            Add("Cohen's kappa", Kappa);
            Add("agreement between judges", JudgeAgreement);
            if (Usage.Calls > 0)
                figures["answers, tokens in, tokens out"] = $"{Number(Usage.Calls)}, {Number(Usage.InputTokens)}, {Number(Usage.OutputTokens)}";
            return figures;
        }
    }

    /// <summary>The figures that were measured, a line each.</summary>
    public override string ToString() => string.Join('\n', Figures.Select(figure => $"{figure.Key}: {figure.Value}"));

    internal static JudgeQuality Of(IReadOnlyCollection<JudgedQuestion> judged)
    {
        var decided = judged.Where(one => one.Verdict.Preference is not null).ToArray();
        var labelled = decided.Where(one => one.Human is not null).ToArray();
        return new()
        {
            Pairs = judged.Count,
            AbstentionRate = Share(judged, one => one.Verdict.Preference is null),
            TieRate = Share(decided, one => one.Verdict.Preference == PreferenceOutcome.Tie),
            PositionConsistency = Share(judged.SelectMany(one => BothOrders(one.Verdict)), orders => orders[0] == orders[1]),
            FirstSlotRate = Share(
                judged.SelectMany(one => one.Verdict.Answers).Where(answer => answer.Preference is not (null or PreferenceOutcome.Tie)),
                answer => answer.Preference == (answer.Swapped ? PreferenceOutcome.Second : PreferenceOutcome.First)),
            LongerPreferredRate = Longer(decided, one => one.Verdict.Preference!.Value),
            HumanLongerPreferredRate = Longer(labelled, one => one.Human!.Value),
            HumanLabels = labelled.Length,
            Accuracy = labelled.Length == 0 ? null : labelled.Average(
                one => one.Verdict.Preference == PreferenceOutcome.Tie ? 0.5 : one.Verdict.Preference == one.Human ? 1 : 0),
            Kappa = CohensKappa.Of([.. labelled.Select(one => (one.Verdict.Preference!.Value, one.Human!.Value))]),
            JudgeAgreement = Share(judged.SelectMany(one => BetweenJudges(one.Verdict)), pair => pair.One == pair.Other),
            Usage = judged.Aggregate(default(FeedbackUsage), (sum, one) => sum + one.Verdict.Usage),
        };
    }

    /// <summary>The same with what was measured on pairs that people have labelled.</summary>
    internal JudgeQuality WithLabels(JudgeQuality labelled) => this with
    {
        HumanLongerPreferredRate = labelled.HumanLongerPreferredRate,
        HumanLabels = labelled.HumanLabels,
        Accuracy = labelled.Accuracy,
        Kappa = labelled.Kappa,
        Usage = Usage + labelled.Usage,
    };

    private static IEnumerable<PreferenceOutcome?[]> BothOrders(PreferenceVerdict verdict) => verdict.Answers
        .GroupBy(answer => (answer.PrincipleId, answer.Vote))
        .Select(orders => orders.OrderBy(answer => answer.Swapped).Select(answer => answer.Preference).ToArray())
        .Where(orders => orders is [not null, not null]);

    private static IEnumerable<(PreferenceOutcome One, PreferenceOutcome Other)> BetweenJudges(PreferenceVerdict verdict) =>
        from one in verdict.Members.Index()
        from other in verdict.Members.Index()
        where one.Index < other.Index && one.Item.Preference is not null && other.Item.Preference is not null
        select (one.Item.Preference!.Value, other.Item.Preference!.Value);

    private static double? Longer(IEnumerable<JudgedQuestion> judged, Func<JudgedQuestion, PreferenceOutcome> preference) => Share(
        judged.Where(one => preference(one) != PreferenceOutcome.Tie && one.Question.First.Length != one.Question.Second.Length),
        one => (preference(one) == PreferenceOutcome.First) == (one.Question.First.Length > one.Question.Second.Length));

    private static double? Share<T>(IEnumerable<T> of, Func<T, bool> counts)
    {
        var all = of.ToArray();
        return all.Length == 0 ? null : all.Count(counts) / (double)all.Length;
    }

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);
}
