using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Sampled groups of random tokens for <see cref="TestModels.Tiny"/>, with all that objectives want to know of them.</summary>
internal static class RandomRollouts
{
    public static SampledGroup[] Groups(int count, int groupSize, int seed = 5)
    {
        var random = new Random(seed);
        int[] Tokens(int atLeast) => [.. Enumerable.Range(0, random.Next(atLeast, atLeast + 4)).Select(_ => random.Next(37))];
        SampledRow Row()
        {
            var ids = Tokens(1);
            float[] Numbers(double middle) => [.. ids.Select(_ => (float)(middle + random.NextDouble()))];
            return new(ids, ended: random.Next(2) == 0)
            {
                Score = random.NextDouble(),
                LogProbs = Numbers(-4),
                ReferenceLogProbs = Numbers(-4),
                Values = Numbers(0),
                NextValue = (float)random.NextDouble(),
                Advantages = Numbers(-0.5),
                Returns = Numbers(0),
            };
        }

        return [.. Enumerable.Range(0, count).Select(at => new SampledGroup(at, Tokens(2), [.. Enumerable.Range(0, groupSize).Select(_ => Row())]))];
    }

    /// <summary>Micro-batches of at most so many groups.</summary>
    public static RolloutBatch[] Batches(IReadOnlyList<SampledGroup> groups, int groupsAtOnce = 2) =>
        [.. RolloutPacking.Pack(groups, new(groups.Count, groupsAtOnce, 0, Shuffle: false)).Select(packed => packed.ToBatch(isFirstStep: false))];
}
