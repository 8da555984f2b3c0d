using Microsoft.ML.Alignment.Data.Summaries;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data.Reading;

/// <summary>Reads and tokenizes the rows of a data view, once.</summary>
internal static class ExampleReader
{
    /// <summary>Reads every row, in the view's order, into a store in a temporary file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidDataException">
    /// A row cannot be used and <see cref="InvalidRows.Throw"/> is set, or no row can be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static IExampleStore Read(IDataView view, ExampleColumns columns, PromptEncoder encoder, ReadOptions options) =>
        Read(view, columns, TextEncoder.Of(encoder), options);

    /// <inheritdoc cref="Read(IDataView, ExampleColumns, PromptEncoder, ReadOptions)"/>
    internal static IExampleStore Read(IDataView view, ExampleColumns columns, TextEncoder encoder, ReadOptions options)
    {
        using var rows = new ExampleRows(view, columns);
        using var spill = new SpillFileWriter(Path.GetTempPath());
        var builder = new ExampleBuilder(columns, encoder, options);
        var summary = options.Summarized is null ? null : new DataSummaryCollector(view.Schema, columns, encoder.TokenText);
        var skipped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (rows.MoveNext())
        {
            options.Cancellation.ThrowIfCancellationRequested();
            try
            {
                var example = builder.Build(rows);
                spill.Add(example);
                options.Used?.Invoke(rows.Prompt(), rows.Kept());
                summary?.Add(example, builder.PromptLength, rows);
            }
            catch (InvalidRowException invalid) when (options.Invalid == InvalidRows.Skip || invalid is UntrainedRowException)
            {
                skipped[invalid.Reason] = skipped.GetValueOrDefault(invalid.Reason) + 1;
            }
            catch (InvalidRowException invalid)
            {
                throw new InvalidDataException(
                    $"Row {rows.Number}, column '{invalid.Column}': {invalid.Message} "
                    + $"Mend or remove the row, or set {nameof(InvalidRows)} to {nameof(InvalidRows.Skip)}.", invalid);
            }
        }

        builder.RequireMark();
        foreach (var (field, count) in encoder.UnreadFields())
            options.Log($"'{field}' of {count} messages is not read by the model's chat template.");
        if (builder.CompletionsCut > 0)
            options.Log($"Completions of {builder.CompletionsCut} rows were cut to fit {options.MaxLength} tokens; they have no end token.");
        Report(columns, options, (spill.Count, rows.Number, builder.PromptsCut), skipped);
        if (summary is not null)
            options.Summarized!(summary.ToSummary(rows.Number, options.MaxLength, builder.PromptsCut, skipped) with
            {
                UnreadFields = encoder.UnreadFields(),
                CompletionsCut = builder.CompletionsCut,
                Dialogues = builder.Dialogues,
            });
        return spill.ToStore();
    }

    private static void Report(
        ExampleColumns columns, ReadOptions options, (int Used, long Rows, long Cut) counts, SortedDictionary<string, long> skipped)
    {
        var reasons = string.Join(", ", skipped.Select(reason => $"{reason.Value} × {reason.Key}"));
        if (counts.Used == 0)
            throw new InvalidDataException(
                $"The data (columns {string.Join(", ", [columns.Prompt, .. columns.Completions])}) holds no row that can be used: "
                + (counts.Rows == 0 ? "it is empty." : $"{counts.Rows} rows were left out ({reasons})."));
        if (skipped.Count > 0)
            options.Log($"{skipped.Values.Sum()} of {counts.Rows} rows were left out: {reasons}.");
        if (counts.Cut > 0)
            options.Log($"{counts.Cut} of {counts.Used} prompts were cut to fit {options.MaxLength} tokens with their completions.");
    }
}
