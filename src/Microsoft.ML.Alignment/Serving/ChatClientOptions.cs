namespace Microsoft.ML.Alignment;

/// <summary>How a model answers as a chat client.</summary>
public sealed record ChatClientOptions
{
    /// <summary>
    /// Gets how answers are written where a request does not say: limit, temperature, top-k, top-p. <see cref="GenerationOptions.Seed"/> is the
    /// seed of sampled answers to requests without one, which draw anew each. The default is greedy, 128 tokens at most.
    /// </summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public GenerationOptions Generation { get; init => field = Require.NotNull(value); } = new();

    /// <summary>Gets the name of the model in answers and metadata; null, the default, is its source's with those of its adapters.</summary>
    public string? ModelId { get; init; }

    /// <summary>Gets how many answers are written together; who comes later waits for a place. At least 1; the default is 32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxBatchSize { get; init => field = Require.AtLeast(1, value); } = 32;

    /// <summary>Gets the precision of the matrix products. The default is float32.</summary>
    public Precision Precision { get; init; } = Precision.Float32;
}
