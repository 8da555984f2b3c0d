using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Imitation of completions: their negative log-likelihood, averaged over the completion tokens of the optimizer step.</summary>
internal sealed class NextTokenObjective(LanguageModel policy, Precision precision) : IObjective<TokenBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new((TermCounts.Tokens, batch.Targets.TokenCount));

    /// <inheritdoc/>
    public IStep<TokenBatch> Begin(IReadOnlyList<TokenBatch> step, TermCounts counts, ICollective all) =>
        new StepOf<TokenBatch>(batch => Evaluate(batch, counts));

    private StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        using var statistics = new HeadStatistics();
        var logProbs = policy.LogProbs(batch.Rows, batch.Targets, new ForwardOptions(precision, Dropout: true), statistics);
        return new(-logProbs.Sum.sum().Over(step[TermCounts.Tokens]), CompletionMetrics.Of(batch, statistics));
    }
}
