using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Where gains end and losses begin: what the outcomes of an optimizer step are compared with.</summary>
internal interface IReferencePoint
{
    /// <summary>Gets the name under which the value is reported; null if it is always the same.</summary>
    string? MetricName { get; }

    /// <summary>Its value for an optimizer step. Scalar, float32, without gradient, in the caller's dispose scope.</summary>
    /// <param name="step">All micro-batches of the step.</param>
    Tensor Of(IReadOnlyList<TokenBatch> step);

    /// <summary>The same for a step of one micro-batch, whose pass had the completions of other rows too.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="mismatched">Their log-probabilities under the policy, detached, in nats. Shape <c>[B]</c>.</param>
    Tensor Of(TokenBatch batch, Tensor mismatched) => Of([batch]);

    /// <summary>Learns what a micro-batch that the policy trains on came to, for the steps to come.</summary>
    /// <param name="rewards">Implicit rewards, detached.</param>
    void Observe(LabelledValues rewards)
    {
    }
}
