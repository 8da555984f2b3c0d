namespace Microsoft.ML.Alignment;

/// <summary>How fast, how often and for how much a provider is asked.</summary>
public sealed record FeedbackLimits
{
    /// <summary>Gets the most requests under way at once. At least 1; the default is 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxConcurrency { get; init => field = Require.AtLeast(1, value); } = 4;

    /// <summary>Gets the most requests begun in a minute. At least 1; null, the default, is no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int? RequestsPerMinute { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>Gets how often a request that fails is sent again, after 1, 2, 4, … seconds. 0 or more; the default is 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public int MaxRetries { get; init => field = Require.AtLeast(0, value); } = 3;

    /// <summary>
    /// Gets how long a request may take, in seconds; one that takes longer has failed, and is sent again as others are. Above 0; null, the
    /// default, leaves it to the client, which may wait for ever.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public double? TimeoutSeconds { get; init => field = Require.PositiveOrNull(value); }

    /// <summary>
    /// Gets after how many requests in a row that failed for good everything stops, instead of abstaining on row after row. At least 1;
    /// the default is 8.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxFailuresInARow { get; init => field = Require.AtLeast(1, value); } = 8;

    /// <summary>
    /// Gets the most tokens, of requests and answers together, with those that a journal holds of an earlier process. No request begins
    /// beyond it; those under way are finished. At least 1; null, the default, is no limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public long? MaxTokens { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>
    /// Gets the most that may be spent, in the currency of the prices, counted as tokens are. Above 0; null, the default, is no limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public double? MaxCost { get; init => field = Require.PositiveOrNull(value); }

    /// <summary>Gets the price of a million tokens of requests. 0 or more; the default is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of 0 or more.</exception>
    public double InputPricePerMillion { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the price of a million tokens of answers. 0 or more; the default is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of 0 or more.</exception>
    public double OutputPricePerMillion { get; init => field = Require.NotNegative(value); }

    /// <summary>What usage costs.</summary>
    /// <param name="usage">The usage.</param>
    public double CostOf(FeedbackUsage usage) =>
        ((usage.InputTokens * InputPricePerMillion) + (usage.OutputTokens * OutputPricePerMillion)) / 1e6;
}
