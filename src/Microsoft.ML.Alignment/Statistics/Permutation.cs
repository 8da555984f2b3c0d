
namespace Microsoft.ML.Alignment.Statistics;

/// <summary>Orders that are a function of a seed and an epoch alone.</summary>
internal static class Permutation
{
    /// <summary>A uniformly drawn order of 0 … count−1 (Fisher and Yates 1938, Durstenfeld 1964).</summary>
    public static int[] Of(int count, int seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        var random = new SplitMix64(SplitMix64.Spread(((ulong)(uint)seed << 32) | (uint)epoch));
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)random.Below((uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
