using Microsoft.ML.Alignment.Data.Reading;

namespace Microsoft.ML.Alignment.Data.Inspection;

/// <summary>Reads one row as training reads it and says what becomes of each token.</summary>
internal sealed class RowInspector(ExampleColumns columns, RowReading reading)
{
    private readonly TextEncoder _encoder = TextEncoder.Of(reading.Encoder);

    /// <param name="view">The rows.</param>
    /// <param name="number">Which one, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or a column is missing or is no text.</exception>
    public RowInspection Inspect(IDataView view, long number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        using var rows = new ExampleRows(view, columns);
        while (rows.Number < number)
        {
            if (!rows.MoveNext())
                throw new ArgumentOutOfRangeException(
                    nameof(number), number, $"There is no row {number}; the data has rows 1 to {rows.Number}.");
        }

        return Inspect(rows);
    }

    private RowInspection Inspect(ExampleRows row)
    {
        var maxLength = reading.Options.MaxLength;
        var result = new RowInspection { Row = row.Number, Format = reading.Format, MaxLength = maxLength, Completions = [] };
        try
        {
            var whole = Build(row, reading.Options with { MaxLength = int.MaxValue });
            result = result with { Prompt = Prompt(whole.Prompt, whole.Prompt), Completions = Completions(whole) };
            var kept = Build(row, reading.Options);
            return result with { Prompt = Prompt(whole.Prompt, kept.Prompt) };
        }
        catch (InvalidRowException invalid)
        {
            return result with { Problem = $"column '{invalid.Column}': {invalid.Reason}: {invalid.Message}" };
        }
    }

    private TokenizedExample Build(ExampleRows row, ReadOptions options) => new ExampleBuilder(columns, _encoder, options).Build(row);

    // What is kept is the beginning and the end of the whole; between them may be tokens of its own, where a content was cut.
    private InspectedText Prompt(int[] whole, int[] kept)
    {
        var end = CommonEnd(whole, kept);
        var begin = Math.Min(whole.AsSpan().CommonPrefixLength(kept), kept.Length - end);
        return new(columns.Prompt, reading.Tokenizer.Decode(whole),
        [
            .. whole[..begin].Select(id => Token(id, TokenRole.Prompt)),
            .. whole[begin..(whole.Length - end)].Select(id => Token(id, TokenRole.Cut)),
            .. kept[begin..].Select(id => Token(id, TokenRole.Prompt)),
        ]);
    }

    private static int CommonEnd(int[] first, int[] second)
    {
        var length = 0;
        while (length < Math.Min(first.Length, second.Length) && first[^(length + 1)] == second[^(length + 1)])
            length++;
        return length;
    }

    private IReadOnlyList<InspectedText> Completions(TokenizedExample example) =>
    [
        .. example.Completions.Select((ids, c) => new InspectedText(
            columns.Completions[c], reading.Tokenizer.DecodeContinuation(ids, skipSpecialTokens: false),
            [.. ids.Select((id, at) => Token(id, at == ids.Length - 1 && IsEnd(id) ? TokenRole.End : TokenRole.Completion))]))
    ];

    private bool IsEnd(int id) => reading.EndTokenIds.Contains(id);

    private InspectedToken Token(int id, TokenRole role) => new(id, reading.Encoder.TextOf(id), role);
}
