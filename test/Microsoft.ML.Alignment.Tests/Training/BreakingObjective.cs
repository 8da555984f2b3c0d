using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Gives a loss or a gradient that is not a number at one call.</summary>
internal sealed class BreakingObjective(LanguageModel policy, string quantity, int atCall) : IObjective<TokenBatch>
{
    private readonly NextTokenObjective _inner = new(policy, Precision.Float32);
    private int _calls;

    public TermCounts Count(TokenBatch batch) => _inner.Count(batch);

    public IStep<TokenBatch> Begin(IReadOnlyList<TokenBatch> step, TermCounts counts, ICollective all)
    {
        var inner = _inner.Begin(step, counts, all);
        return new StepOf<TokenBatch>(batch => Break(inner.Evaluate(batch)));
    }

    private StepResult Break(StepResult result)
    {
        if (++_calls < atCall)
            return result;
        return result with { Loss = quantity == "loss" ? result.Loss * double.NaN : (result.Loss * 0).sqrt() };
    }
}
