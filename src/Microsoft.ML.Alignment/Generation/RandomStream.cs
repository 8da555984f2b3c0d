namespace Microsoft.ML.Alignment.Generation;

/// <summary>Uniform numbers of one prompt, a function of the seed and the prompt's index only (SplitMix64; Steele et al., 2014).</summary>
internal sealed class RandomStream(int seed, int promptIndex)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = Mix(Mix((uint)seed + Step) + (uint)promptIndex);

    /// <summary>The next number in [0, 1).</summary>
    public double Next() => (Mix(_state += Step) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
