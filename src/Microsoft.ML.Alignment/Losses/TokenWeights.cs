namespace Microsoft.ML.Alignment.Losses;

/// <summary>The weight of each token in a loss, such that the loss of a step is the weighted sum.</summary>
/// <param name="Averaging">What is averaged over.</param>
/// <param name="Completions">Completions of the optimizer step.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="MaxLength">The most tokens that a completion may have.</param>
internal readonly record struct TokenWeights(TokenAveraging Averaging, double Completions, double Tokens, int MaxLength)
{
    /// <summary>The weight of each token of a completion.</summary>
    /// <param name="length">Its tokens, at least 1.</param>
    public double Of(int length) => Averaging switch
    {
        TokenAveraging.Completion => 1 / (Completions * length),
        TokenAveraging.Step => 1 / Tokens,
        _ => 1 / (Completions * MaxLength),
    };
}
