using System.Runtime;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>Looks at the memory of the whole process, so that nothing may run beside it.</summary>
[Collection(RunsAlone.Name)]
public sealed class MemoryTests
{
    private const int Steps = 2000;
    private const long MostManagedBytes = 200 << 20;

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
        var source = TokenSource.Of(new ListStore(Ragged()), new(1, 1, Seed: 1, Shuffle: true));

        new TrainingLoop([new(policy)], training, new("Test", new() { Progress = progress }, _ => { }))
            .Run(source, new NextTokenObjective(policy, Precision.Float32));

        resident.Should().HaveCount(Steps);
        (Median(resident.TakeLast(Steps / 4)) - Median(resident.Skip(Steps / 4).Take(Steps / 4))).Should().BeLessThan(LargestGrowth);
    }

    public static TheoryData<string> Methods => [.. Trainers.Keys];

    private static Dictionary<string, Action<AlignmentCatalog, LanguageModel, TrainingOptions, IDataView>> Trainers { get; } = new()
    {
        ["Sft"] = (align, model, training, pairs) =>
            align.Trainers.Sft(new() { InitialModel = model, Training = training, CompletionColumnName = "Chosen" }).Fit(pairs).Dispose(),
        ["RewardModel"] = (align, model, training, pairs) =>
            align.Trainers.RewardModel(new() { InitialModel = model, Training = training, Lora = Dropping }).Fit(pairs).Dispose(),
        ["Dpo"] = (align, model, training, pairs) =>
            align.Trainers.Dpo(new() { InitialModel = model, Training = training, Lora = Dropping }).Fit(pairs).Dispose(),
        ["Kto"] = (align, model, training, pairs) => align.Trainers.Kto(new() { InitialModel = model, Training = training, Lora = Dropping })
            .Fit(align.Data.FeedbackFromPairs(pairs)).Dispose(),
        ["Orpo"] = (align, model, training, pairs) =>
            align.Trainers.Orpo(new() { InitialModel = model, Training = training with { Precision = Precision.BFloat16 } }).Fit(pairs).Dispose(),
    };

    private static LoraOptions Dropping => new() { Rank = 2, Dropout = 0.2 };

    // What a finaliser must free stays until a collection comes, which a training with few managed objects calls for too late.
    [Theory]
    [MemberData(nameof(Methods))]
    public void AStepLeavesNoTensorToTheFinalizer(string method)
    {
        var counts = new List<long>();
        var context = new MLContext(seed: 3);
        var align = context.Alignment(new AlignmentRun { Progress = new ProgressList(_ => counts.Add(torch.Tensor.TotalCount)) });
        using var model = align.LoadModel(AlignedChain.BasePath);
        var training = new TrainingOptions { MaxSteps = 8, BatchSize = 4, MicroBatchSize = 2, LearningRate = 1e-3 };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.TryStartNoGCRegion(MostManagedBytes).Should().BeTrue();

        try
        {
            Trainers[method](align, model, training, AlignedChain.ViewOfPairs(context, repeats: 2));
            GCSettings.LatencyMode.Should().Be(GCLatencyMode.NoGCRegion, "nothing was collected meanwhile");
        }
        finally
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                GC.EndNoGCRegion();
        }

        counts.Should().HaveCount(8);
        counts.Distinct().Should().ContainSingle();
    }

    private static TokenizedExample[] Ragged()
    {
        var random = new Random(4);
        int[] Tokens(int most) => [.. Enumerable.Range(0, random.Next(1, most)).Select(_ => random.Next(3, 37))];
        return [.. Enumerable.Range(0, 97).Select(_ => new TokenizedExample(Tokens(48), [Tokens(48)], []))];
    }

    private static long Median(IEnumerable<long> values) => values.Order().ElementAt(Steps / 8);
}
