using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Scores of rows that fitted stages have computed, read in one pass.</summary>
/// <param name="Scores">By column and row.</param>
/// <param name="TextLengths">Characters, by column and row.</param>
internal sealed record ScoredRows(double[][] Scores, int[][] TextLengths)
{
    /// <summary>Reads columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidDataException">A score is not finite, or there is no row.</exception>
    public static ScoredRows Read(IDataView data, string[] scores, params string[] texts)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column[] scoreColumns = [.. scores.Select(name => Find(data.Schema, name, NumberDataViewType.Single))];
        DataViewSchema.Column[] textColumns = [.. texts.Select(name => Find(data.Schema, name, TextDataViewType.Instance))];
        using var cursor = data.GetRowCursor([.. scoreColumns, .. textColumns]);
        var scoreGetters = scoreColumns.Select(cursor.GetGetter<float>).ToArray();
        var textGetters = textColumns.Select(cursor.GetGetter<ReadOnlyMemory<char>>).ToArray();
        var (read, lengths) = (scores.Select(_ => new List<double>()).ToArray(), texts.Select(_ => new List<int>()).ToArray());
        while (cursor.MoveNext())
        {
            for (var i = 0; i < scores.Length; i++)
                read[i].Add(Score(scoreGetters[i], scores[i], cursor.Position));
            for (var i = 0; i < texts.Length; i++)
                lengths[i].Add(Length(textGetters[i]));
        }

        return read[0].Count > 0
            ? new([.. read.Select(values => values.ToArray())], [.. lengths.Select(values => values.ToArray())])
            : throw new InvalidDataException("There is nothing to evaluate: the data hold no row.");
    }

    private static double Score(ValueGetter<float> getter, string column, long position)
    {
        var score = 0f;
        getter(ref score);
        return float.IsFinite(score)
            ? score
            : throw new InvalidDataException(
                $"Row {position + 1}, column '{column}' is {score}, where a finite number is needed; leave the row out or mend it.");
    }

    private static int Length(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        var text = ReadOnlyMemory<char>.Empty;
        getter(ref text);
        return text.Length;
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, DataViewType type)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentOutOfRangeException(nameof(schema), name,
                $"Column '{name}' is missing; the data has {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. "
                + "Evaluate what Transform of a fitted stage gave, or name the column.");
        return column.Type.Equals(type) ? column : throw new ArgumentOutOfRangeException(
            nameof(schema), name, $"Schema mismatch for column '{name}': expected {type}, found {column.Type}.");
    }
}
