using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Has a judge choose among completions of each prompt, which makes pairs to train on (Bai et al., 2022, arXiv:2212.08073; Lee et al.,
/// 2023, arXiv:2309.00267).</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required |
/// | `Completion1`, `Completion2`, … | text | required, two or more; the candidates |
/// | `Chosen`, `Rejected` | text | output; where a row has no candidates its own |
/// | `ChosenProbability` | single | output, in [0.5, 1]; 1 for a row's own pair |
/// | `Judge`, `JudgeModel`, `JudgePrinciples`, `JudgeRationale` | text | output; who judged, by what, and why |
/// | `JudgeVerdict`, `JudgeVerdictSwapped` | text | output; what was said in each order: chosen, rejected, tie, none |
/// | `JudgeTokens` | 64-bit integer | output; tokens of requests and answers |
/// ]]></format>
/// Rows are left out where the judge abstains, where all candidates are equal, and where there is neither a candidate nor a pair of the row's own.
/// </remarks>
public sealed class JudgePreferencesEstimator : FeedbackEstimator
{
    private const string Name = "JudgePreferences";

    private readonly IPreferenceJudge _judge;
    private readonly Options _options;
    private readonly IDataView? _labelled;

    internal JudgePreferencesEstimator(IHostEnvironment environment, AlignmentRun run, IPreferenceJudge judge, Options options, IDataView? labelled)
        : base(environment, run, Name, options) => (_judge, _options, _labelled) = (judge, options, labelled);

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        var candidates = Candidates(name => AlignmentSchema.HasText(input, name));
        foreach (var name in candidates)
            AlignmentSchema.CheckText(Context, input, "candidate", name);
        if (_labelled is not null)
            new ColumnCheck(Context, AlignmentSchema.ShapeOf(_labelled.Schema), "labelled set's ").Pairs(LabelledPairs.Columns(_options));
        var own = new[] { _options.ChosenColumnName, _options.RejectedColumnName }.Where(name => AlignmentSchema.HasText(input, name));
        return new([_options.PromptColumnName, .. candidates, .. own.Except(candidates)], PreferenceRow.Columns(_options)) { ChangesRows = true };
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        var count = Candidates(name => AlignmentSchema.HasText(task.Schema, name)).Count;
        var labelled = _labelled is null ? null : LabelledPairs.Read(_labelled, task, _options);
        task.Progress.Expect(task.Rows.Count + (labelled?.Count ?? 0));
        var judging = new PairJudging(_judge, task.Session);
        var judged = await task.ForEachAsync(task.Rows, async (row, cancellation) =>
        {
            string[] candidates = [.. row.Skip(1).Take(count).Where(text => text.Length > 0).Distinct()];
            return (Candidates: candidates, Pairs: await judging.AllAsync(task.Shown(row[0]), candidates, cancellation).ConfigureAwait(false));
        }, row => row.Pairs.Any(pair => pair.Verdict.FirstProbability is null)).ConfigureAwait(false);
        var (rows, made) = (new FeedbackRows(), new PreferenceRow(_judge.Identity, _options));
        IReadOnlyList<JudgedPair>[] taken = [.. judged.Select(row => _options.Pairs == CandidatePairs.All || row.Pairs.Count == 0
            ? row.Pairs
            : [PairJudging.BestAndWorst(row.Candidates, row.Pairs)])];
        if (_options.Lengths == LengthHandling.Balanced)
            taken = LengthBalance.Of(taken, labelled?.LongerRate ?? 0.5);
        foreach (var (row, pairs) in task.Rows.Zip(taken))
            rows.Add(row, made.Of(row, count, pairs));
        var questions = task.Rows.Zip(judged, (row, of) => of.Pairs.Select(
            pair => new JudgedQuestion(new(task.Shown(row[0]), pair.First, pair.Second), pair.Verdict))).SelectMany(pairs => pairs).ToArray();
        task.Log(made.ToString());
        return (rows, await MeasureAsync(task, questions, labelled).ConfigureAwait(false));
    }

    private async Task<JudgeQuality> MeasureAsync(FeedbackTask task, IReadOnlyCollection<JudgedQuestion> questions, LabelledPairs? labelled)
    {
        var quality = JudgeQuality.Of(questions);
        if (labelled is not null)
            quality = quality.WithLabels(JudgeQuality.Of(await labelled.JudgeAsync(_judge, task).ConfigureAwait(false)));
        task.Log(string.Join("; ", quality.Figures.Select(figure => $"{figure.Key} {figure.Value}")));
        return quality;
    }

    private IReadOnlyList<string> Candidates(Func<string, bool> has)
    {
        var names = _options.CandidateColumnNames ?? CandidateColumns.Find(ColumnNames.Completion, has);
        return names.Distinct().Count() >= 2 ? names : throw new ArgumentException(
            $"{Name} finds {names.Count} columns of candidates and compares two or more. Append SampleCompletions before it, or name the " +
            $"columns in {nameof(Options.CandidateColumnNames)}.");
    }

    /// <summary>How pairs are made.</summary>
    public sealed record Options : ClientStageOptions
    {
        /// <summary>
        /// Gets the text columns of the candidates, two or more. The default, null, is <c>Completion1</c>, <c>Completion2</c> and so on, as many as
        /// there are. With the columns of chosen and rejected completions, pairs are judged again.
        /// </summary>
        public IReadOnlyList<string>? CandidateColumnNames { get; init; }

        /// <summary>Gets which pairs are made of more than two candidates. The default is the best and the worst.</summary>
        public CandidatePairs Pairs { get; init; }

        /// <summary>Gets what becomes of ties. The default is that they are left out.</summary>
        public TieHandling Ties { get; init; }

        /// <summary>Gets what becomes of pairs of a judge that may like length. The default is that all are as they were judged.</summary>
        public LengthHandling Lengths { get; init; }

        /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

        /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Rejected;

        /// <summary>
        /// Gets the column of the probability that the chosen completion is the better one. The default is <c>ChosenProbability</c>.
        /// </summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string ChosenProbabilityColumnName { get; init => field = Require.NotEmpty(value); } = "ChosenProbability";
    }
}
