using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// The objective of methods that learn from single labelled completions. Only the loss, and what it compares outcomes with, differ.
/// </summary>
/// <param name="models">The model that trains and its reference.</param>
/// <param name="loss">The method's loss, averaged over the completions of the optimizer step.</param>
/// <param name="point">What outcomes are compared with, one value for all of the step.</param>
internal sealed class UnpairedObjective<TBatch>(ReferencedPolicy models, UnpairedLoss loss, IReferencePoint<TBatch> point)
    : IObjective<TBatch>, IReferenceScores
    where TBatch : FeedbackBatch
{
    /// <inheritdoc/>
    public string ScoreKind => $"completions {models.Precision}";

    /// <inheritdoc/>
    public TermCounts Count(TBatch batch) => new((TermCounts.Examples, batch.ExampleCount));

    /// <inheritdoc/>
    public IStep<TBatch> Begin(IReadOnlyList<TBatch> step, TermCounts counts, ICollective all)
    {
        var pass = point.Begin(step, models, all);
        var labels = LabelCounts.Of(step.SelectMany(batch => batch.Labels)).Over(all);
        return new StepOf<TBatch>(batch => Evaluate(batch, pass(batch), labels, counts));
    }

    /// <inheritdoc/>
    public Tensor ReferenceScores(TokenBatch batch) => models.LiveReference(batch).view(-1, batch.ExampleCount); // a row a completion

    private StepResult Evaluate(TBatch batch, (Tensor LogProbs, Tensor Point) pass, LabelCounts ofStep, TermCounts counts)
    {
        var labels = tensor(batch.Labels, device: pass.LogProbs.device);
        var feedback = loss(new(pass.LogProbs - models.ReferenceLogProbs(batch), labels), pass.Point);
        var rewards = new LabelledValues(feedback.Reward, labels);
        if (pass.LogProbs.requires_grad)
            point.Observe(rewards);
        return new(feedback.Loss.sum().Over(counts[TermCounts.Examples]), [
            .. FeedbackMetrics.Of(LabelCounts.Of(batch.Labels), ofStep, rewards, new(pass.LogProbs.detach(), labels)),
            .. PointMetric(pass.Point, batch.ExampleCount)]);
    }

    private IEnumerable<Metric> PointMetric(Tensor value, int count) =>
        point.MetricName is { } name ? [new(name, value.Times(count), count)] : [];
}
