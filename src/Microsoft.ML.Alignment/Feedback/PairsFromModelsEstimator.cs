using System.Globalization;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Makes pairs of what a better and a lesser model write; nobody judges. What counts is the difference between the two, not how good either is.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required |
/// | `Chosen`, `Rejected` | text | output |
/// ]]></format>
/// Rows on which both write the same, or one of them has failed, are left out.
/// </remarks>
public sealed class PairsFromModelsEstimator : FeedbackEstimator
{
    private const string Name = "PairsFromModels";

    private readonly (CompletionSource Strong, CompletionSource Weak) _sources;
    private readonly Options _options;

    internal PairsFromModelsEstimator(
        IHostEnvironment environment, AlignmentRun run, (CompletionSource Strong, CompletionSource Weak) sources, Options options)
        : base(environment, run, Name, options) => (_sources, _options) = (sources, options);

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        if (_sources.Strong.NeedsPolicy || _sources.Weak.NeedsPolicy)
            AlignmentSchema.CheckPolicy(input, Name);
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        return new([_options.PromptColumnName], [ScoreColumn.Text(ColumnNames.Chosen), ScoreColumn.Text(ColumnNames.Rejected)])
        {
            ChangesRows = true,
        };
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        task.Progress.Expect(2 * task.Rows.Count);
        var chosen = await WriteAsync(_sources.Strong, task, _options.Generation).ConfigureAwait(false);
        // Clients that do not say which model they are would be one to the journal; the seed tells them apart.
        var rejected = await WriteAsync(_sources.Weak, task, _options.Generation with { Seed = _options.Generation.Seed + 1 }).ConfigureAwait(false);
        var (rows, leftOut) = (new FeedbackRows(), 0);
        for (var row = 0; row < task.Rows.Count; row++)
        {
            var isPair = chosen[row].Length > 0 && rejected[row].Length > 0 && chosen[row] != rejected[row];
            leftOut += isPair ? 0 : 1;
            rows.Add(task.Rows[row], isPair ? [[chosen[row], rejected[row]]] : (object?[][])[]);
        }

        task.Log(string.Create(CultureInfo.InvariantCulture,
            $"{leftOut} of {task.Rows.Count} rows left out: both models write the same, or one has failed"));
        return (rows, null);
    }

    private async Task<string[]> WriteAsync(CompletionSource source, FeedbackTask task, GenerationOptions generation)
    {
        using var writer = source.Open(Name, task.Schema, new(_options.PromptColumnName, _options.PromptFormat, generation));
        var written = await writer.WriteAsync(task, [.. task.Rows.Select(row => row[0])], 1).ConfigureAwait(false);
        return [.. written.Select(completions => completions[0])];
    }

    /// <summary>How both models write.</summary>
    public sealed record Options : ClientStageOptions
    {
        /// <summary>Gets how completions are written, the lesser model's with the next seed. The default is greedily, at most 128 tokens.</summary>
        public GenerationOptions Generation { get; init => field = Require.NotNull(value); } = new();

        /// <summary>Gets how a language model reads prompts. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }
    }
}
