using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Microsoft.ML.Alignment;

/// <summary>An evaluator that gives one number. It needs no chat configuration: what judges stands behind it.</summary>
public abstract class AlignmentEvaluator : IEvaluator
{
    private protected AlignmentEvaluator(string metricName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(metricName);
        MetricName = metricName;
    }

    /// <summary>Gets the name of the metric.</summary>
    public string MetricName { get; }

    /// <summary>Gets the least value that passes; below it the metric is marked as failed. Null, the default, judges no value.</summary>
    public double? PassesFrom { get; init; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> EvaluationMetricNames => [MetricName];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The conversation cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask<EvaluationResult> EvaluateAsync(
        IEnumerable<ChatMessage> messages, ChatResponse modelResponse, ChatConfiguration? chatConfiguration = null,
        IEnumerable<EvaluationContext>? additionalContext = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(modelResponse);
        IReadOnlyList<EvaluationContext> context = [.. additionalContext ?? []];
        var metric = await MeasureAsync([.. messages], modelResponse.Text, context, cancellationToken).ConfigureAwait(false);
        metric.Interpretation = metric.Value is { } value && PassesFrom is { } least ? Interpreted(value, least) : metric.Interpretation;
        return new(metric);
    }

    private protected static T NotNull<T>(T value, [CallerArgumentExpression(nameof(value))] string? name = null)
        where T : class => value ?? throw new ArgumentNullException(name);

    private protected abstract Task<NumericMetric> MeasureAsync(
        IReadOnlyList<ChatMessage> messages, string response, IReadOnlyList<EvaluationContext> context, CancellationToken cancellation);

    /// <summary>A metric without a value, and why.</summary>
    private protected NumericMetric Without(EvaluationDiagnostic reason)
    {
        var metric = new NumericMetric(MetricName, reason: reason.Message) { Interpretation = new(EvaluationRating.Inconclusive) };
        metric.AddDiagnostics(reason);
        return metric;
    }

    private static EvaluationMetricInterpretation Interpreted(double value, double least) => value >= least
        ? new(EvaluationRating.Good)
        : new(EvaluationRating.Unacceptable, failed: true, $"It is {value:G4}; {least:G4} or more passes.");
}
