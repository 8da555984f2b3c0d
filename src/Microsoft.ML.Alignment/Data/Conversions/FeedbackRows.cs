using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>Makes labelled completions of pairs and of ratings.</summary>
internal static class FeedbackRows
{
    /// <summary>Two rows a pair: the better completion, then the worse.</summary>
    public static IEnumerable<FeedbackRow> OfPairs(IDataView pairs, ExampleColumns columns)
    {
        using var rows = new ExampleRows(pairs, columns);
        while (rows.MoveNext())
        {
            yield return new(rows.Prompt(), rows.Completion(0), true);
            yield return new(rows.Prompt(), rows.Completion(1), false);
        }
    }

    /// <summary>The rows without those that are there already; their hashes are kept, not their texts.</summary>
    public static IEnumerable<FeedbackRow> Distinct(IEnumerable<FeedbackRow> rows) =>
        rows.DistinctBy(row => (TextHash.Of(row.Prompt), TextHash.Of(row.Completion), row.Label));

    /// <summary>A row is desirable if its rating is the threshold or more.</summary>
    /// <exception cref="InvalidDataException">A rating is not a number.</exception>
    public static IEnumerable<FeedbackRow> OfRatings(IDataView ratings, ExampleColumns columns, double threshold)
    {
        using var rows = new ExampleRows(ratings, columns);
        while (rows.MoveNext())
            yield return new(rows.Prompt(), rows.Completion(0), RequireNumber(rows, columns.Values[0]) >= threshold);
    }

    /// <summary>The number of the current row.</summary>
    /// <exception cref="InvalidDataException">It is missing.</exception>
    public static float RequireNumber(ExampleRows rows, string column)
    {
        var value = rows.Value(0);
        return !float.IsNaN(value)
            ? value
            : throw new InvalidDataException(
                $"Row {rows.Number}, column '{column}': found NaN, a number is needed. Mend or remove the row.");
    }
}
