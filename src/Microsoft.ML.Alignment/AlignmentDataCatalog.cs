using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Data.Confounds;
using Microsoft.ML.Alignment.Data.Conversions;
using Microsoft.ML.Alignment.Data.Inspection;
using Microsoft.ML.Alignment.Data.Mixing;
using Microsoft.ML.Alignment.Data.Records;
using Microsoft.ML.Alignment.Data.Splitting;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Reads data for alignment, and shows what is in them.</summary>
public sealed partial class AlignmentDataCatalog
{
    private readonly IHostEnvironment _environment;

    internal AlignmentDataCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>
    /// Reads a JSON Lines file (UTF-8, one object a line, also compressed with gzip) in the forms that data sets for alignment have.
    /// The file is checked once, here, and then read lazily whenever rows are asked for.
    /// </summary>
    /// <remarks>
    /// <para>Forms, as text or as lists of messages <c>{"role": …, "content": …}</c>:</para>
    /// <list type="bullet">
    /// <item><c>prompt</c> with any of <c>completion</c>, <c>label</c>, <c>chosen</c> and <c>rejected</c>;</item>
    /// <item><c>chosen</c> and <c>rejected</c> that share their beginning, which becomes the prompt: shared leading messages;
    /// for dialogues written as <c>\n\nHuman: … \n\nAssistant: …</c> all up to the last shared <c>Assistant:</c>;
    /// for other text the shared beginning up to a whole word;</item>
    /// <item><c>messages</c>, whose last one, of the assistant, becomes the completion (the last one whose <c>weight</c> is not 0).</item>
    /// </list>
    /// <para>Messages keep all that they have (<c>tool_calls</c>, <c>name</c>, <c>reasoning_content</c>, …) for the chat template to read,
    /// and so do the <c>tools</c> beside them, which become part of the prompt: <c>{"messages": […], "tools": […]}</c>. Whether a
    /// conversation can be trained on is said when it is: a row that cannot is one of <see cref="InvalidRows"/>.</para>
    /// <para>Columns, each where the file has it: <c>Prompt</c>, <c>Chosen</c>, <c>Rejected</c>, <c>Completion</c> (text),
    /// <c>Label</c> (Boolean), <c>Margin</c>, <c>ChosenProbability</c> (Single), and further properties by their names in PascalCase:
    /// numbers as Double, flags as Boolean where no row lacks them, other scalars as text. Further lists and objects are left out,
    /// and the log names them.
    /// Conversations are text columns of JSON with annotation <c>Alignment.TextFormat</c> = <c>messages</c>.
    /// Missing text is empty, a missing number NaN.</para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">Names of properties; null for the usual ones.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// A line cannot be read; the message names file, line and property. Also when rows are read, if the file has changed.
    /// </exception>
    public IDataView LoadJsonLines(string path, JsonLinesOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        var scan = JsonScan.Of(path, options);
        var shape = new JsonRowShape(scan, options.Dialogue);
        Log(nameof(LoadJsonLines),
            $"{path}: {scan.Rows} rows with {string.Join(", ", shape.Columns.Select(c => c.Name))}"
            + (shape.HasImplicitPrompt ? "; the prompt is what Chosen and Rejected share." : ".")
            + (shape.LeftOut.Count == 0 ? "" : $" In no column, and lost: {string.Join(", ", shape.LeftOut)}."));
        return new JsonLinesView(path, options.MaxLineLength, shape, scan.Rows);
    }

    /// <summary>
    /// Reads rows of a type: a column a public property, of text, Booleans, numbers, or lists of
    /// <see cref="Extensions.AI.ChatMessage"/>, which become conversations as JSON with annotation <c>Alignment.TextFormat</c> =
    /// <c>messages</c>. The sequence is gone through anew whenever rows are asked for.
    /// </summary>
    /// <remarks>
    /// <c>[ColumnName]</c> and <c>[NoColumn]</c> of ML.NET are honoured. Where one of <c>Prompt</c>, <c>Chosen</c>, <c>Rejected</c> and
    /// <c>Completion</c> is a list of messages, text in the others is one message: of the user in <c>Prompt</c>, else of the assistant.
    /// Missing text and empty lists are empty text.
    /// </remarks>
    /// <typeparam name="TRow">A class or record.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <exception cref="ArgumentException">A property has a type that no column can have, or there is none.</exception>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> rows)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(rows);
        var view = new DerivedView<TRow>(
            RecordColumns<TRow>.Find(), () => rows, () => rows.TryGetNonEnumeratedCount(out var count) ? count : null);
        Log(nameof(LoadFromEnumerable), $"{typeof(TRow).Name} with {string.Join(", ", view.Schema.Select(column => column.Name))}.");
        return view;
    }

    /// <summary>
    /// Mixes data sets in fixed shares: a view that is read lazily, with the columns that all sets have (but no keys).
    /// </summary>
    /// <remarks>
    /// One pass over the view (an epoch of training) has so many rows of each set as its share says, to less than one row, and so has, to
    /// about a row a set, every beginning of it: the sets take turns. Which rows of a set come, where not all do, is drawn by the seed;
    /// they keep their order. A set whose share asks for more rows than it has comes whole, as often as that takes, and the rest is drawn.
    /// All passes are alike. Sets that do not know their number of rows are counted here, once.
    /// </remarks>
    /// <param name="sets">At least two sets with their weights.</param>
    /// <param name="epoch">How many rows a pass has. The default repeats none.</param>
    /// <param name="seed">What draws the rows. The default is 0.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two sets, one is empty or would have no row in the mixture, they have no column in common, or one column has
    /// two types.
    /// </exception>
    public IDataView Mix(IReadOnlyList<WeightedSet> sets, MixtureEpoch epoch = MixtureEpoch.NoRowTwice, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Count < 2)
            throw new ArgumentException($"A mixture needs two sets or more; there are {sets.Count}.", nameof(sets));
        var mixture = new MixtureView(sets, epoch, seed);
        var parts = mixture.Parts.Select(part => $"{part.Taken} of {part.Size}");
        Log(nameof(Mix), $"{mixture.GetRowCount()} rows a pass: {string.Join(", ", parts)}; "
            + $"columns {string.Join(", ", mixture.Schema.Select(column => column.Name))}.");
        return mixture;
    }

    /// <summary>
    /// Splits data so that no prompt stands on both sides: rows with one prompt, white space aside, stay together. Both sides are read
    /// lazily; in memory are a hash and a count a prompt.
    /// </summary>
    /// <param name="data">The rows.</param>
    /// <param name="testFraction">
    /// Share of rows in the test set, in (0, 1); it is met to within a prompt's rows. The default is 0.1.
    /// </param>
    /// <param name="seed">What draws the prompts of the test set. The default is 0.</param>
    /// <param name="promptColumnName">The text column of prompts. The default is <c>Prompt</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in (0, 1), or the column is missing or is no text.</exception>
    /// <exception cref="InvalidDataException">There are fewer than two different prompts.</exception>
    public DataOperationsCatalog.TrainTestData TrainTestSplit(
        IDataView data, double testFraction = 0.1, int seed = 0, string promptColumnName = ColumnNames.Prompt)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (train, test) = PromptSplit.Of(data, testFraction, seed, promptColumnName);
        Log(nameof(TrainTestSplit), $"{train.GetRowCount()} rows to train on, {test.GetRowCount()} to test on.");
        return TrainTestSets.Of(train, test);
    }

    /// <summary>
    /// Looks for features of completions that alone tell chosen from rejected: length, a beginning or an end, a word, punctuation, digits,
    /// capital letters. A model can learn these instead of what is meant. Equal pairs count once; nothing but counts is in memory.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="options">Columns and threshold; null for the defaults.</param>
    /// <returns>The most accurate first; none if the pairs show none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is no text.</exception>
    public IReadOnlyList<Confound> FindConfounds(IDataView pairs, ConfoundOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var confounds = PairConfounds.Find(pairs, options ?? new());
        Log(nameof(FindConfounds), confounds.Count == 0 ? "none." : $"{string.Join("; ", confounds)}.");
        return confounds;
    }

    /// <summary>Shows a row as it is trained on, with the model that the view carries.</summary>
    /// <param name="view">What a fitted stage gives, e.g. <c>align.BaseModel(path).Fit(data).Transform(data)</c>.</param>
    /// <param name="row">The row's number, from 1, as error messages count.</param>
    /// <param name="options">Columns, format and maximum length; null for the defaults.</param>
    /// <exception cref="ArgumentException">The view carries no model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or a column is missing or is no text.</exception>
    public RowInspection Inspect(IDataView view, long row, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Inspect(view, ViewInspection.RequireModel(view), row, options);
    }

    /// <summary>
    /// Shows a row as it is trained on: the rendered text and its tokens, with what is cut, trained on and the end marked.
    /// </summary>
    /// <param name="view">The rows.</param>
    /// <param name="model">The model, whose tokenizer and chat template are used; no weight is.</param>
    /// <param name="row">The row's number, from 1, as error messages count.</param>
    /// <param name="options">Columns, format and maximum length; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or a column is missing or is no text.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public RowInspection Inspect(IDataView view, LanguageModel model, long row, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share();
        Log(nameof(Inspect), $"row {row} as {held.Source} reads it.");
        return ViewInspection.Inspect(view, held, row, options ?? new());
    }

    /// <summary>Summarises data as a stage would read them, with the model that the view carries.</summary>
    /// <inheritdoc cref="Summarize(IDataView, LanguageModel, InspectionOptions?)"/>
    /// <param name="view">What a fitted stage gives, e.g. <c>align.BaseModel(path).Fit(data).Transform(data)</c>.</param>
    /// <param name="options">Columns, format and maximum length; null for the defaults.</param>
    /// <exception cref="ArgumentException">The view carries no model.</exception>
    public DataSummary Summarize(IDataView view, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Summarize(view, ViewInspection.RequireModel(view), options);
    }

    /// <summary>
    /// Summarises data as a stage would read them: rows used and left out, lengths, cut prompts, duplicates, confounds. A pass over the
    /// data.
    /// </summary>
    /// <param name="view">The rows.</param>
    /// <param name="model">The model, whose tokenizer and chat template are used; no weight is.</param>
    /// <param name="options">Columns, format and maximum length; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is no text.</exception>
    /// <exception cref="InvalidDataException">No row can be used; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public DataSummary Summarize(IDataView view, LanguageModel model, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share();
        Log(nameof(Summarize), $"reads all rows as {held.Source} reads them.");
        return ViewInspection.Summarize(view, held, options ?? new());
    }

    private void Log(string source, string line)
    {
        using var channel = _environment.Start(source);
        channel.Info(MessageSensitivity.Schema, "{0}", line);
    }
}
