using System.Globalization;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Makes the rows of judged pairs, and counts what became of them.</summary>
/// <param name="judge">Who judged.</param>
/// <param name="options">What becomes of ties.</param>
internal sealed class PreferenceRow(string judge, JudgePreferencesEstimator.Options options)
{
    private int _pairs;
    private int _ties;
    private int _abstentions;
    private int _surplus;
    private int _equal;
    private int _own;

    /// <summary>The columns.</summary>
    public static IReadOnlyList<ScoreColumn> Columns(JudgePreferencesEstimator.Options options) =>
    [
        ScoreColumn.Text(options.ChosenColumnName), ScoreColumn.Text(options.RejectedColumnName),
        ScoreColumn.Single(options.ChosenProbabilityColumnName),
        ScoreColumn.Text("Judge"), ScoreColumn.Text("JudgeModel"), ScoreColumn.Text("JudgePrinciples"), ScoreColumn.Text("JudgeRationale"),
        ScoreColumn.Text("JudgeVerdict"), ScoreColumn.Text("JudgeVerdictSwapped"), ScoreColumn.Count("JudgeTokens"),
    ];

    /// <summary>What becomes of a row.</summary>
    /// <param name="row">Prompt, candidates, and its own pair where there are columns for one.</param>
    /// <param name="candidates">How many columns of candidates there are.</param>
    /// <param name="pairs">The pairs that were judged.</param>
    public IReadOnlyList<object?[]> Of(string[] row, int candidates, IReadOnlyList<JudgedPair> pairs)
    {
        if (pairs.Count > 0)
            return [.. pairs.Select(Of).OfType<object?[]>()];
        if (row.Skip(1).Take(candidates).Any(text => text.Length > 0))
        {
            _equal++;
            return [];
        }

        string[] own = row[(1 + candidates)..];
        if (own.Length < 2 || own.Any(text => text.Length == 0))
            return [];
        _own++;
        return [Own(1)];
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_pairs} pairs judged, {_ties} ties, {_abstentions} abstentions{(_surplus > 0 ? $", {_surplus} left out for their length" : "")}; " +
        $"{_equal} rows with equal candidates only, {_own} with a pair of their own");

    private object?[]? Of(JudgedPair pair)
    {
        _pairs++;
        if (pair.Verdict.Preference is not { } preference)
        {
            _abstentions++;
            return null;
        }

        if (pair.IsSurplus)
        {
            _surplus++;
            return null;
        }

        if (preference != PreferenceOutcome.Tie)
            return Labelled(pair);
        _ties++;
        return options.Ties switch
        {
            TieHandling.Drop => null,
            TieHandling.Soft => Labelled(pair),
            _ => Own(float.NaN),
        };
    }

    private object?[] Labelled(JudgedPair pair) =>
    [
        pair.Chosen, pair.Rejected, (float)pair.ChosenProbability, judge, pair.Verdict.Model ?? "",
        string.Join(", ", pair.Verdict.Answers.Select(answer => answer.PrincipleId).OfType<string>().Distinct()),
        string.Join(" | ", pair.Verdict.Answers.Select(answer => answer.Rationale).Where(text => text.Length > 0)),
        pair.Said(swapped: false), pair.Said(swapped: true), pair.Verdict.Usage.InputTokens + pair.Verdict.Usage.OutputTokens,
    ];

    private static object?[] Own(float probability) => [null, null, probability, .. Enumerable.Repeat<object?>(null, 7)];
}
