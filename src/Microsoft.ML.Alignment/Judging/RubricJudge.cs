using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>A point of a rubric.</summary>
/// <param name="Id">Its name, unique in the rubric.</param>
/// <param name="Question">A question about the response that yes or no answers; yes earns the weight.</param>
public sealed record RubricPoint(string Id, string Question)
{
    /// <summary>Gets what it counts. Not 0; negative for a fault. The default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number other than 0.</exception>
    public double Weight { get; init => field = Require.NotZero(value); } = 1;
}

/// <summary>
/// Scores with a checklist: a chat model answers each point apart, and the weights of those that are met add up, divided by those of all
/// points with a positive weight. Also compares: the higher score is better, equal scores are a tie.
/// </summary>
public sealed class RubricJudge : IPreferenceJudge, ICompletionScorer
{
    private const string Met = "met";

    private static readonly ChatResponseFormat Format = AnswerJson.FormatOf("check", Met, """{ "type": "boolean" }""");

    private readonly IChatClient _client;
    private readonly IReadOnlyList<RubricPoint> _points;
    private readonly ChatJudgeOptions _options;
    private readonly ScoreComparison _comparison;

    /// <summary>Makes a judge.</summary>
    /// <param name="client">The model; borrowed.</param>
    /// <param name="points">The checklist.</param>
    /// <param name="options">
    /// How it is asked; null for the defaults. Constitution, orders, votes and principles do not matter to a checklist.
    /// </param>
    /// <exception cref="ArgumentException">There is no point with a positive weight, or two have one id.</exception>
    public RubricJudge(IChatClient client, IReadOnlyList<RubricPoint> points, ChatJudgeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(points);
        if (!points.Any(point => point.Weight > 0))
            throw new ArgumentException("The rubric has no point with a positive weight; give it one or more.", nameof(points));
        if (points.GroupBy(point => point.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The rubric has the id '{twice.Key}' twice; each point needs one of its own.", nameof(points));
        (_client, _points, _options) = (client, [.. points], options ?? new());
        var settings = JsonSerializer.Serialize(new { Points = _points, Options = _options with { Constitution = null } }, OptionsJson.Settings);
        var model = _options.ModelId ?? client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "unnamed model";
        Identity = $"rubric|{model}|{RequestKey.Hash(settings)[..12]}";
        _comparison = new(this);
    }

    /// <inheritdoc cref="IPreferenceJudge.Identity"/>
    public string Identity { get; }

    /// <inheritdoc/>
    public async Task<CompletionScore> ScoreAsync(
        string prompt, string completion, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var asked = _points.Select(point => new StructuredAsking<PointVerdict>(_client, ChatOptions(), _options.MaxRetries, Read)
            .AskAsync(JudgePrompt.Check(prompt, completion, point), session, cancellationToken));
        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        var usage = answers.Aggregate(default(FeedbackUsage), (sum, answer) => sum + answer.Usage);
        if (_points.Zip(answers).FirstOrDefault(pair => pair.Second.Value is null) is { First: { } failed } open)
            return new(null, $"{failed.Id}: {open.Second.Problem}", usage);
        var earned = _points.Zip(answers).Where(pair => pair.Second.Value!.Met).Sum(pair => pair.First.Weight);
        return new(earned / _points.Where(point => point.Weight > 0).Sum(point => point.Weight), Explain(answers.Select(a => a.Value!)), usage);
    }

    /// <inheritdoc/>
    public Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default) =>
        _comparison.CompareAsync(question, session, cancellationToken);

    private ChatOptions ChatOptions() => new()
    {
        ModelId = _options.ModelId,
        Temperature = (float)(_options.Temperature ?? 0),
        Seed = _options.Seed,
        MaxOutputTokens = _options.MaxOutputTokens,
        ResponseFormat = _options.StructuredOutput ? Format : null,
    };

    private string Explain(IEnumerable<PointVerdict> verdicts) =>
        string.Join("; ", _points.Zip(verdicts, (point, verdict) => $"{point.Id}: {(verdict.Met ? "yes" : "no")}, {verdict.Rationale}"));

    private static (PointVerdict? Value, string? Problem) Read(string text) => AnswerJson.Last(text, Met) is not { } json
        ? (null, $"it has no JSON object with \"{Met}\".")
        : json.GetProperty(Met).ValueKind switch
        {
            JsonValueKind.True => (new(true, AnswerJson.Rationale(json)), null),
            JsonValueKind.False => (new(false, AnswerJson.Rationale(json)), null),
            _ => (null, $"its \"{Met}\" is neither true nor false."),
        };

    private sealed record PointVerdict(bool Met, string Rationale);
}
