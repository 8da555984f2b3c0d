namespace Microsoft.ML.Alignment.Statistics;

/// <summary>Uniform numbers of one completion, a function of what it is told of its place only (SplitMix64; Steele et al., 2014).</summary>
internal sealed class RandomStream
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <param name="seed">The seed of all completions.</param>
    /// <param name="promptIndex">The prompt's place in its call.</param>
    public RandomStream(int seed, int promptIndex) =>
        _state = SplitMix64.Spread(SplitMix64.Spread((uint)seed + Step) + (uint)promptIndex);

    /// <param name="seed">The seed of all completions.</param>
    /// <param name="round">The round of sampling that the completion belongs to.</param>
    /// <param name="row">Its place in the round.</param>
    public RandomStream(int seed, long round, long row) =>
        _state = SplitMix64.Spread(SplitMix64.Spread(SplitMix64.Spread((uint)seed + Step) + (ulong)round) + (ulong)row);

    /// <summary>The next number in [0, 1).</summary>
    public double Next() => (SplitMix64.Spread(_state += Step) >> 11) * (1.0 / (1UL << 53));
}
