using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Looks at the memory of the whole process, so that nothing may run beside it.</summary>
[Collection(RunsAlone.Name)]
public sealed class MemoryTests
{
    private const int Steps = 2000;

    // Holes between blocks, once, were 20 KB a step; the collector's own heap moves by some megabytes.
    private const long LargestGrowth = 8 << 20;

    private static readonly string OneLayer = TestModels.TinyConfig.Replace(
        "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", StringComparison.Ordinal);

    [Fact]
    public void ResidentMemoryStaysFlatOverRaggedBatches()
    {
        using var policy = TestModels.Tiny(config: OneLayer).TrainableOwned();
        var resident = new List<long>();
        var progress = new ProgressList(_ => resident.Add(Environment.WorkingSet));
        var training = new TrainingOptions { MaxSteps = Steps, BatchSize = 1 }.Resolve(new(1e-4, 1), seed: 0);
        var source = new DatasetSource(new ListStore(Ragged()), new(1, 1, Seed: 1, Shuffle: true));

        new TrainingLoop(policy, training, new("Test", new() { Progress = progress }, _ => { }))
            .Run(source, new NextTokenObjective(policy, Precision.Float32));

        resident.Should().HaveCount(Steps);
        (Median(resident.TakeLast(Steps / 4)) - Median(resident.Skip(Steps / 4).Take(Steps / 4))).Should().BeLessThan(LargestGrowth);
    }

    private static TokenizedExample[] Ragged()
    {
        var random = new Random(4);
        int[] Tokens(int most) => [.. Enumerable.Range(0, random.Next(1, most)).Select(_ => random.Next(3, 37))];
        return [.. Enumerable.Range(0, 97).Select(_ => new TokenizedExample(Tokens(48), [Tokens(48)], []))];
    }

    private static long Median(IEnumerable<long> values) => values.Order().ElementAt(Steps / 8);
}
