using Microsoft.ML.Alignment.Data.Inspection;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Looks at rows as a model's trainers read them.</summary>
internal static class ViewInspection
{
    /// <summary>The model that a view carries; borrowed.</summary>
    /// <exception cref="ArgumentException">It carries none.</exception>
    public static LanguageModel RequireModel(IDataView view) => AlignmentSchema.Find(view.Schema, AlignmentSchema.PolicyKind)
        ?? throw new ArgumentException(
            "The view carries no model, whose tokenizer is needed. Give a model, or the view that a fitted stage gives: "
            + "align.BaseModel(path).Fit(data).Transform(data).", nameof(view));

    public static RowInspection Inspect(IDataView view, LanguageModel model, long row, InspectionOptions options) =>
        new RowInspector(options.Columns(view.Schema), Reading(view, model, options)).Inspect(view, row);

    public static DataSummary Summarize(IDataView view, LanguageModel model, InspectionOptions options)
    {
        DataSummary? summary = null;
        var reading = Reading(view, model, options);
        var read = reading.Options with { Summarized = found => summary = found };
        ExampleReader.Read(view, options.Columns(view.Schema), reading.Encoder, read).Dispose();
        return summary!;
    }

    private static RowReading Reading(IDataView view, LanguageModel model, InspectionOptions options)
    {
        var format = AlignmentSchema.ResolveFormat(options.PromptFormat, view.Schema, options.PromptColumnName, model);
        var maxLength = Math.Min(options.MaxLength, model.Config.MaxPositions);
        var read = new ReadOptions(maxLength, InvalidRows.Skip, _ => { }, CancellationToken.None)
        {
            BeginTokenId = model.Config.BosTokenId,
            LeavesOutUntrained = true,
            LongCompletions = options.LongCompletions,
            KnowsFormat = TextFormat.IsKnown(options.PromptFormat, view.Schema, options.PromptColumnName),
        };
        return new(model.Tokenizer, ScoringModel.Encoder(model, format), format, read, model.Config.EosTokenIds);
    }
}
