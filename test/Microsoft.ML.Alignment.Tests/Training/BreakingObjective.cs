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

    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        var result = _inner.Evaluate(batch, step);
        if (++_calls < atCall)
            return result;
        return result with { Loss = quantity == "loss" ? result.Loss * double.NaN : (result.Loss * 0).sqrt() };
    }
}
