using System.Globalization;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Samples completions of each prompt, for a judge to compare.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required |
/// | `Completion1`, `Completion2`, … | text | output; `Completion` where one is sampled. Empty where a client has failed |
/// ]]></format>
/// </remarks>
public sealed class SampleCompletionsEstimator : FeedbackEstimator
{
    private const string Name = "SampleCompletions";

    private readonly CompletionSource _source;
    private readonly Options _options;

    internal SampleCompletionsEstimator(IHostEnvironment environment, AlignmentRun run, CompletionSource source, Options options)
        : base(environment, run, Name, options)
    {
        if (options.Count > 1 && options.Generation.Temperature == 0)
            throw new ArgumentException(
                $"{Name} is to sample {options.Count} completions a prompt with temperature 0, which gives the same one each time. " +
                $"Set {nameof(Options.Generation)}.{nameof(GenerationOptions.Temperature)} above 0, or {nameof(Options.Count)} to 1.",
                nameof(options));
        (_source, _options) = (source, options);
    }

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        if (_source.NeedsPolicy)
            AlignmentSchema.CheckPolicy(input, Name);
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        var outputs = CandidateColumns.Of(_options.CompletionColumnName, _options.Count);
        return new([_options.PromptColumnName], [.. outputs.Select(name => ScoreColumn.Text(name))]);
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        task.Progress.Expect(task.Rows.Count);
        using var writer = _source.Open(Name, task.Schema, new(_options.PromptColumnName, _options.PromptFormat, _options.Generation));
        var written = await writer.WriteAsync(task, [.. task.Rows.Select(row => row[0])], _options.Count).ConfigureAwait(false);
        var rows = new FeedbackRows();
        foreach (var (row, completions) in task.Rows.Zip(written))
            rows.Add(row, [.. completions]);
        var withEqual = written.Count(completions => completions.Distinct().Count() < _options.Count);
        task.Log(FormattableString.Invariant($"{_options.Count} completions each, {withEqual} prompts have equal ones among them"));
        return (rows, null);
    }

    /// <summary>How completions are sampled.</summary>
    public sealed record Options : ClientStageOptions
    {
        /// <summary>Gets the completions of a prompt. At least 1; the default is 2.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int Count { get; init => field = Require.AtLeast(1, value); } = 2;

        /// <summary>
        /// Gets how they are written. The default is temperature 1 and at most 128 tokens. Chat clients get seeds that count on from
        /// <see cref="GenerationOptions.Seed"/>.
        /// </summary>
        public GenerationOptions Generation { get; init => field = Require.NotNull(value); } = new() { Temperature = 1 };

        /// <summary>Gets how a language model reads prompts. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }

        /// <summary>Gets the name of the text column, or the beginning of the names of several. The default is <c>Completion</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;
    }
}
