namespace Microsoft.ML.Alignment;

/// <summary>The log-probability that a model gives to a completion.</summary>
/// <param name="Sum">Sum over the tokens of the completion, its end token included, in nats.</param>
/// <param name="TokenCount">Tokens of the completion, its end token included.</param>
public readonly record struct CompletionLogProb(double Sum, int TokenCount)
{
    /// <summary>Gets the mean log-probability of a token, in nats.</summary>
    public double Mean => Sum / TokenCount;
}
