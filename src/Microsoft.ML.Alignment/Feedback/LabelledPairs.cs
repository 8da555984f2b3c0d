using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Has a judge compare pairs that people have labelled, in an order that says nothing.</summary>
internal sealed class LabelledPairs
{
    private readonly IReadOnlyList<string[]> _rows;
    private readonly bool _areConversations;

    private LabelledPairs(IReadOnlyList<string[]> rows, bool areConversations) => (_rows, _areConversations) = (rows, areConversations);

    /// <summary>Gets the different pairs.</summary>
    public int Count => _rows.Count;

    /// <summary>
    /// Gets the share of pairs whose longer completion people chose, of those of different lengths; a half where there is none.
    /// </summary>
    public double LongerRate
    {
        get
        {
            string[][] different = [.. _rows.Where(row => row[1].Length != row[2].Length)];
            return different.Length == 0 ? 0.5 : different.Count(row => row[1].Length > row[2].Length) / (double)different.Length;
        }
    }

    /// <summary>The columns of such pairs.</summary>
    public static TextColumns Columns(JudgePreferencesEstimator.Options options) =>
        new(options.PromptColumnName, options.ChosenColumnName, options.RejectedColumnName, ColumnNames.Completion);

    /// <summary>Reads the pairs.</summary>
    public static LabelledPairs Read(IDataView labelled, FeedbackTask task, JudgePreferencesEstimator.Options options)
    {
        var (prompt, chosen, rejected, _) = Columns(options);
        return new(DistinctRows.Read(labelled, [prompt, chosen, rejected], task.Cancellation), TextFormat.IsMessages(labelled.Schema[prompt]));
    }

    /// <summary>The verdicts beside the labels.</summary>
    public async Task<IReadOnlyCollection<JudgedQuestion>> JudgeAsync(IPreferenceJudge judge, FeedbackTask task) =>
        await task.ForEachAsync(_rows, async (row, cancellation) =>
        {
            var question = new PreferenceQuestion(PromptMessages.Shown(row[0], _areConversations), row[1], row[2]);
            var swapped = UInt128.IsOddInteger(RowKey.Of(row));
            question = swapped ? question.Swap() : question;
            var verdict = await judge.CompareAsync(question, task.Session, cancellation).ConfigureAwait(false);
            return new JudgedQuestion(question, verdict, swapped ? PreferenceOutcome.Second : PreferenceOutcome.First);
        }, judged => judged.Verdict.FirstProbability is null).ConfigureAwait(false);
}
