using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// A stage that makes training data with the help of models or people. They are asked in <see cref="Fit"/> only; what they said is kept in a
/// journal in the stage's folder of the run's workspace, so that a run that was killed asks nothing twice.
/// </summary>
public abstract class FeedbackEstimator : IEstimator<FeedbackTransformer>
{
    private const string JournalFile = "journal.jsonl";

    private readonly TrainerHost _host;
    private readonly AlignmentRun _run;
    private readonly string _method;
    private readonly FeedbackStageOptions _options;

    private protected FeedbackEstimator(IHostEnvironment environment, AlignmentRun run, string method, FeedbackStageOptions options)
    {
        (_run, _method, _options) = (run, method, options);
        _host = new(environment, method);
    }

    /// <summary>Says which columns the stage adds, and refuses an input that lacks what it needs.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <exception cref="ArgumentException">No stage upstream carries a policy, where one is needed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Check(inputSchema);
        return AlignmentSchema.Append(inputSchema, null, columns.Outputs);
    }

    /// <summary>Does the work: samples, judges or revises.</summary>
    /// <param name="input">The rows; those with equal texts are worked on once.</param>
    /// <returns>The fitted stage, which replays what came of it.</returns>
    /// <exception cref="ArgumentException">The input lacks a column, or the policy that is needed.</exception>
    /// <exception cref="FeedbackBudgetException">The budget of the options is used up.</exception>
    /// <exception cref="FeedbackFailedException">A provider failed again and again.</exception>
    /// <exception cref="FeedbackStoppedException">The person who judges has stopped.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    /// <exception cref="WorkspaceException">The run cannot begin in its workspace, or not go on from it.</exception>
    public FeedbackTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var columns = Check(AlignmentSchema.ShapeOf(input.Schema));
        using var log = _host.Start();
        using var place = RunWorkspace.Of(_run).Next(_method);
        using var session = new FeedbackSession(_options.RequestLimits, place.Folder is { } folder ? Path.Combine(folder, JournalFile) : null);
        void Log(string line) => log.Info($"{_method}: {line}");
        var task = new FeedbackTask(input.Schema, DistinctRows.Read(input, columns.Keys, _run.CancellationToken), session, _run)
        {
            Log = Log,
            Progress = new(_method, _run, session, _options.RequestLimits, Log),
            AreConversations = TextFormat.IsMessages(input.Schema[_options.PromptColumnName]),
            Concurrency = 2 * _options.RequestLimits.MaxConcurrency,
        };
        // Fit may be called where there is a context that continuations would wait for, for example in a notebook.
        var (rows, quality) = Task.Run(() => WorkAsync(task)).GetAwaiter().GetResult();
        var requests = session.Requests;
        Report(task, place.Folder, quality, requests);
        place.Fitted();
        var stage = new SavedTextStage { Method = _method, Options = SavedJson.ElementOf(_options), Quality = quality };
        return new(_host.Environment, stage, columns, rows) { Requests = requests };
    }

    private protected IExceptionContext Context => _host.Context;

    private protected int Seed => _host.Seed;

    /// <summary>Checks the input, and says what is read and written.</summary>
    private protected abstract FeedbackColumns Check(SchemaShape input);

    /// <summary>Does the work.</summary>
    /// <returns>What was made of the rows, and how good the judge was, where there was one.</returns>
    private protected abstract Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task);

    private void Report(FeedbackTask task, string? folder, JudgeQuality? quality, FeedbackRequests requests)
    {
        task.Log(string.Join(", ", requests.Figures.Select(figure => $"{figure.Key} {figure.Value}").Prepend($"{task.Rows.Count} different rows")));
        var advice = JudgeAdvice.Of(quality, requests);
        foreach (var found in advice)
            task.Log($"health: {found.Finding} {found.Advice}");
        FeedbackReport.Write(_run, folder, _method, quality, requests, advice);
    }
}
