using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// The objective of methods that learn from single completions; the first value of an example is its label, above 0 for desirable. Only the
/// loss, and what it compares outcomes with, differ.
/// </summary>
/// <param name="models">The model that trains and its reference.</param>
/// <param name="loss">The method's loss, averaged over the completions of the optimizer step.</param>
/// <param name="point">What outcomes are compared with, one value for all of the step.</param>
internal sealed class UnpairedObjective(ReferencedPolicy models, UnpairedLoss loss, IReferencePoint point)
    : IObjective<TokenBatch>, IReferenceScores
{
    private Step? _announced;

    /// <inheritdoc/>
    public void Begin(IReadOnlyList<TokenBatch> step) => _announced = step is [{ Together: not null }] ? null : LookAt(step);

    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(batch.ExampleCount, batch.Targets.TokenCount);

    /// <inheritdoc/>
    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        var (logProbs, ofStep) = batch.Together is null ? Apart(batch) : InOnePass(batch);
        var labels = tensor(LabelCounts.Labels(batch), device: logProbs.device);
        var feedback = loss(new(logProbs - models.ReferenceLogProbs(batch), labels), ofStep.Point);
        var rewards = new LabelledValues(feedback.Reward, labels);
        if (logProbs.requires_grad)
            point.Observe(rewards);
        return new(feedback.Loss.sum().Over(step.Examples), [
            .. FeedbackMetrics.Of(LabelCounts.Of([batch]), ofStep.Labels, rewards, new(logProbs.detach(), labels)),
            .. PointMetric(ofStep.Point, batch.ExampleCount)]);
    }

    /// <inheritdoc/>
    public string ScoreKind => $"completions {models.Precision}";

    /// <inheritdoc/>
    public Tensor ReferenceScores(TokenBatch batch) => models.LiveReference(batch).view(-1, batch.ExampleCount); // a row a completion

    private (Tensor LogProbs, Step Step) Apart(TokenBatch batch)
    {
        var ofStep = _announced is { } announced && announced.Has(batch) ? announced : LookAt([batch]);
        return (models.TrainingLogProbs(batch), ofStep);
    }

    private (Tensor LogProbs, Step Step) InOnePass(TokenBatch batch)
    {
        var (own, mismatched) = models.TrainingLogProbsTogether(batch);
        return (own, new([batch], point.Of(batch, mismatched), LabelCounts.Of([batch])));
    }

    private Step LookAt(IReadOnlyList<TokenBatch> batches) => new(batches, point.Of(batches), LabelCounts.Of(batches));

    private IEnumerable<Metric> PointMetric(Tensor value, int count) =>
        point.MetricName is { } name ? [new(name, value.Times(count), count)] : [];

    /// <summary>What all micro-batches of a step share.</summary>
    private readonly record struct Step(IReadOnlyList<TokenBatch> Batches, Tensor Point, LabelCounts Labels)
    {
        public bool Has(TokenBatch batch) => Batches.Any(other => ReferenceEquals(other, batch));
    }
}
