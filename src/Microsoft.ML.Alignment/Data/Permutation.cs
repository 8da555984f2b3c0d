namespace Microsoft.ML.Alignment.Data;

/// <summary>Orders that are a function of a seed and an epoch alone, whatever the runtime's own generators become.</summary>
internal static class Permutation
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>A uniformly drawn order of 0 … count−1 (Fisher and Yates 1938, Durstenfeld 1964).</summary>
    public static int[] Of(int count, int seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        var state = Mix(((ulong)(uint)seed << 32) | (uint)epoch);
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)Below((uint)i + 1, ref state);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>A number below a bound, without bias: the high half of a product, values of the short last interval drawn again (Lemire 2019).</summary>
    private static ulong Below(ulong bound, ref ulong state)
    {
        var threshold = (0 - bound) % bound;
        ulong high, low;
        do
            high = Math.BigMul(Mix(state += GoldenGamma), bound, out low);
        while (low < threshold);
        return high;
    }

    /// <summary>The output function of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
