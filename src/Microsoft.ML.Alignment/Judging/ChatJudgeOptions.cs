namespace Microsoft.ML.Alignment;

/// <summary>How a <see cref="ChatJudge"/> asks.</summary>
public sealed record ChatJudgeOptions
{
    /// <summary>Gets the principles to judge by; null, the default, asks which response is better overall.</summary>
    public Constitution? Constitution { get; init; }

    /// <summary>
    /// Gets how many principles are asked about, each apart, drawn by weight and averaged. At least 1; the default is 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int PrinciplesPerQuestion { get; init => field = Require.AtLeast(1, value); } = 1;

    /// <summary>
    /// Gets whether each question is asked in both orders, and answers that do not agree are a tie (Zheng et al., 2023, arXiv:2306.05685).
    /// Where false, each question has an order of its own, by chance. The default is true.
    /// </summary>
    public bool BothOrders { get; init; } = true;

    /// <summary>Gets how often each question is asked, with seeds of their own; the answers are averaged. At least 1; the default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Votes { get; init => field = Require.AtLeast(1, value); } = 1;

    /// <summary>Gets the sampling temperature. 0 or more; null, the default, is 0 with one vote and 0.7 with several.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of 0 or more.</exception>
    public double? Temperature { get; init => field = value is null ? null : Require.NotNegative(value.Value); }

    /// <summary>Gets the seed of the first vote, for providers that take one; the others count on from it. The default is 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Gets the most tokens of an answer. At least 1; the default is 512.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxOutputTokens { get; init => field = Require.AtLeast(1, value); } = 512;

    /// <summary>Gets the model to ask for; null, the default, is the client's own.</summary>
    public string? ModelId { get; init; }

    /// <summary>
    /// Gets whether the client is asked for JSON by schema. Clients that refuse it are asked in words. The default is true.
    /// </summary>
    public bool StructuredOutput { get; init; } = true;

    /// <summary>Gets how often an answer that cannot be used is asked for again, with the reason. 0 or more; the default is 2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public int MaxRetries { get; init => field = Require.AtLeast(0, value); } = 2;

    internal double ResolvedTemperature => Temperature ?? (Votes > 1 ? 0.7 : 0);
}
