namespace Microsoft.ML.Alignment.Statistics;

/// <summary>
/// Random numbers that are a function of their seed alone, whatever the runtime's own generators become (Steele, Lea and Flood 2014).
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The output function: spreads a number over all 64 bits, one to one.</summary>
    public static ulong Spread(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// A number below a bound, without bias: the high half of a product, values of the short last interval drawn again (Lemire 2019).
    /// </summary>
    public ulong Below(ulong bound)
    {
        var threshold = (0 - bound) % bound;
        ulong high, low;
        do
            high = Math.BigMul(Spread(_state += GoldenGamma), bound, out low);
        while (low < threshold);
        return high;
    }
}
