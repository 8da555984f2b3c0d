using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Has a judge compare pairs that people have labelled, in an order that says nothing.</summary>
internal static class LabelledPairs
{
    /// <summary>The columns of such pairs.</summary>
    public static TextColumns Columns(JudgePreferencesEstimator.Options options) =>
        new(options.PromptColumnName, options.ChosenColumnName, options.RejectedColumnName, "Completion");

    /// <summary>The verdicts beside the labels.</summary>
    public static async Task<IReadOnlyCollection<JudgedQuestion>> JudgeAsync(
        IPreferenceJudge judge, FeedbackTask task, IDataView labelled, JudgePreferencesEstimator.Options options)
    {
        var (prompt, chosen, rejected, _) = Columns(options);
        var rows = DistinctRows.Read(labelled, [prompt, chosen, rejected], task.Cancellation);
        var areConversations = TextFormat.IsMessages(labelled.Schema[prompt]);
        return await task.ForEachAsync(rows, async (row, cancellation) =>
        {
            var question = new PreferenceQuestion(PromptMessages.Shown(row[0], areConversations), row[1], row[2]);
            var swapped = UInt128.IsOddInteger(RowKey.Of(row));
            question = swapped ? question.Swap() : question;
            var verdict = await judge.CompareAsync(question, task.Session, cancellation).ConfigureAwait(false);
            return new JudgedQuestion(question, verdict, swapped ? PreferenceOutcome.Second : PreferenceOutcome.First);
        }).ConfigureAwait(false);
    }
}
