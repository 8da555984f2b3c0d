using System.Globalization;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Data.Conversions;

namespace Microsoft.ML.Alignment;

/// <content>Turns one kind of feedback into another. The views are lazy: rows are made anew whenever they are read.</content>
public sealed partial class AlignmentDataCatalog
{
    /// <summary>
    /// Makes labelled completions of preference pairs, as KTO and BCO train on: of a pair first the better completion, then the worse.
    /// </summary>
    /// <param name="pairs">Pairs.</param>
    /// <param name="promptColumnName">The text column of prompts.</param>
    /// <param name="chosenColumnName">The text column of the better completions.</param>
    /// <param name="rejectedColumnName">The text column of the worse completions.</param>
    /// <param name="distinct">
    /// Whether a completion that is the better one in several pairs of its prompt becomes one row, and likewise the worse one. Repeated rows
    /// cost their time again and tell a trainer nothing but a weight, which <see cref="KtoTrainer.Options.DesirableWeight"/> gives as well.
    /// Equal prompts and completions may stand anywhere; each row takes some 50 bytes of memory. The default is false.
    /// </param>
    /// <returns>
    /// Columns <c>Prompt</c>, <c>Completion</c> and <c>Label</c> (Boolean); conversations stay conversations, other columns are left out.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">Of the two sides one holds conversations and one text.</exception>
    public IDataView FeedbackFromPairs(
        IDataView pairs, string promptColumnName = ColumnNames.Prompt, string chosenColumnName = ColumnNames.Chosen,
        string rejectedColumnName = ColumnNames.Rejected,
        bool distinct = false)
    {
        var columns = Checked(pairs, new(promptColumnName, [chosenColumnName, rejectedColumnName], []));
        var formats = SourceFormats.Of(pairs.Schema, promptColumnName, chosenColumnName, rejectedColumnName);
        var once = distinct ? ", each completion once" : "";
        Log(nameof(FeedbackFromPairs), $"'{chosenColumnName}' becomes desirable, '{rejectedColumnName}' undesirable{once}.");
        return distinct
            ? new DerivedView<FeedbackRow>(FeedbackRow.Columns(formats), () => FeedbackRows.Distinct(FeedbackRows.OfPairs(pairs, columns)))
            : new(FeedbackRow.Columns(formats), () => FeedbackRows.OfPairs(pairs, columns), () => 2 * pairs.GetRowCount());
    }

    /// <summary>Makes labelled completions of rated ones: those rated <paramref name="threshold"/> or more are desirable.</summary>
    /// <param name="ratings">Rated completions.</param>
    /// <param name="threshold">The least rating of a desirable completion; not NaN.</param>
    /// <param name="ratingColumnName">The column of numbers, more for a better completion.</param>
    /// <param name="promptColumnName">The text column of prompts.</param>
    /// <param name="completionColumnName">The text column of completions.</param>
    /// <returns>
    /// Columns <c>Prompt</c>, <c>Completion</c> and <c>Label</c> (Boolean); conversations stay conversations, other columns are left out. A
    /// missing rating (NaN) is an <see cref="InvalidDataException"/> when its row is read.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or the threshold is NaN.</exception>
    public IDataView FeedbackFromRatings(
        IDataView ratings, double threshold, string ratingColumnName = "Rating", string promptColumnName = ColumnNames.Prompt,
        string completionColumnName = ColumnNames.Completion)
    {
        if (double.IsNaN(threshold))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold is NaN; allowed is a number on the ratings' scale.");
        var columns = Checked(ratings, new(promptColumnName, [completionColumnName], [ratingColumnName]));
        var formats = SourceFormats.Of(ratings.Schema, promptColumnName, completionColumnName);
        Log(nameof(FeedbackFromRatings), string.Create(CultureInfo.InvariantCulture, $"'{ratingColumnName}' of {threshold} or more is desirable."));
        return new DerivedView<FeedbackRow>(
            FeedbackRow.Columns(formats), () => FeedbackRows.OfRatings(ratings, columns, threshold), ratings.GetRowCount);
    }

    /// <summary>
    /// Makes preference pairs of scored completions of the same prompt, which may stand anywhere in the data. Two passes read the data; the
    /// first keeps a score a row in memory, the second a text until the rows that it is paired with have come.
    /// </summary>
    /// <param name="scored">Scored completions.</param>
    /// <param name="options">Which completions become pairs; null for the best against the worst.</param>
    /// <returns>
    /// Columns <c>Prompt</c>, <c>Chosen</c>, <c>Rejected</c> and <c>Margin</c> (Single), the difference of the scores; conversations stay
    /// conversations, other columns are left out. A missing score (NaN) is an <see cref="InvalidDataException"/> when rows are read.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public IDataView PairsFromScores(IDataView scored, ScoredCompletionOptions? options = null)
    {
        options ??= new();
        var columns = Checked(scored, new(options.PromptColumnName, [options.CompletionColumnName], [options.ScoreColumnName]));
        var formats = SourceFormats.Of(scored.Schema, options.PromptColumnName, options.CompletionColumnName);
        var pairs = new ScoredPairs(scored, columns, new(options.Pairing, options.MinimumMargin));
        Log(nameof(PairsFromScores), string.Create(CultureInfo.InvariantCulture,
            $"{options.Pairing} by '{options.ScoreColumnName}', apart by {options.MinimumMargin} or more."));
        return new DerivedView<PairRow>(PairRow.ColumnsWithMargin(formats), pairs.Read);
    }

    /// <summary>
    /// Makes preference pairs of ranked lists of completions, the best first (Ouyang et al., 2022, arXiv:2203.02155, section 3.5).
    /// </summary>
    /// <param name="rankings">One list a row.</param>
    /// <param name="pairing">Which completions of a list become pairs.</param>
    /// <param name="promptColumnName">The text column of prompts.</param>
    /// <param name="completionsColumnName">The column of lists: vectors of text.</param>
    /// <returns>
    /// Columns <c>Prompt</c>, <c>Chosen</c> and <c>Rejected</c>; conversations stay conversations, other columns are left out.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public IDataView PairsFromRankings(
        IDataView rankings, CompletionPairing pairing = CompletionPairing.All, string promptColumnName = ColumnNames.Prompt,
        string completionsColumnName = "Completions")
    {
        ArgumentNullException.ThrowIfNull(rankings);
        RankedPairs.Check(rankings.Schema, promptColumnName, completionsColumnName);
        var formats = SourceFormats.Of(rankings.Schema, promptColumnName, completionsColumnName);
        Log(nameof(PairsFromRankings), $"{pairing} of '{completionsColumnName}', best first.");
        return new DerivedView<PairRow>(
            PairRow.Columns(formats), () => RankedPairs.Read(rankings, (promptColumnName, completionsColumnName), pairing));
    }

    private static ExampleColumns Checked(IDataView view, ExampleColumns columns)
    {
        ArgumentNullException.ThrowIfNull(view);
        ExampleRows.Check(view.Schema, columns);
        return columns;
    }
}
