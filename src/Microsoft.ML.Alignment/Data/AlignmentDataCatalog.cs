using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Reads data for alignment.</summary>
public sealed class AlignmentDataCatalog
{
    private readonly IHostEnvironment environment;

    internal AlignmentDataCatalog(IHostEnvironment environment) => this.environment = environment;

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
    /// <item><c>messages</c>, whose last one, of the assistant, becomes the completion.</item>
    /// </list>
    /// <para>Columns, each where the file has it: <c>Prompt</c>, <c>Chosen</c>, <c>Rejected</c>, <c>Completion</c> (text),
    /// <c>Label</c> (Boolean), <c>Margin</c>, <c>ChosenProbability</c> (Single), and further properties by their names in PascalCase:
    /// numbers as Double, flags as Boolean where no row lacks them, other scalars as text. Further lists and objects are left out.
    /// Conversations are text columns of JSON with annotation <c>Alignment.TextFormat</c> = <c>messages</c>.
    /// Missing text is empty, a missing number NaN.</para>
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">Names of properties; null for the usual ones.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// A line cannot be read; the message names file, line and property. Also when rows are read, if the file has changed.
    /// </exception>
    public IDataView LoadJsonLines(string path, JsonLinesOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var scan = JsonScan.Of(path, options ?? new());
        var shape = new JsonRowShape(scan);
        using var channel = environment.Start(nameof(LoadJsonLines));
        channel.Info(MessageSensitivity.Schema, "{0}",
            $"{path}: {scan.Rows} rows with {string.Join(", ", shape.Columns.Select(c => c.Name))}"
            + (shape.HasImplicitPrompt ? "; the prompt is what Chosen and Rejected share." : "."));
        return new JsonLinesView(path, shape, scan.Rows);
    }
}
